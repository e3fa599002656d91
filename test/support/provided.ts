declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL for tests, with rights to create databases. */
    postgresUrl: string;
    /** Data folder with an empty embedded database that is in use by nobody. */
    embeddedDatabase: string;
  }
}

export {};
