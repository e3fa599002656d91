import type { TurnProgram } from '../../provision/findTurn.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL for tests, with rights to create databases. */
    postgresUrl: string;
    /** Data folder with an empty embedded database that is in use by nobody. */
    embeddedDatabase: string;
    /** coturn, or why there is none. */
    turn: TurnProgram;
  }
}
