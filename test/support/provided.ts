declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL for tests, with rights to create databases. */
    postgresUrl: string;
  }
}

export {};
