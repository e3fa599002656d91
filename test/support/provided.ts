import type { TurnProgram } from '../../provision/findTurn.ts';
import type { PostgresServer } from './postgresDatabases.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL for tests, with a template at the current schema. */
    postgres: PostgresServer;
    /** Data folder with an empty embedded database that is in use by nobody. */
    embeddedDatabase: string;
    /** coturn, or why there is none. */
    turn: TurnProgram;
  }
}
