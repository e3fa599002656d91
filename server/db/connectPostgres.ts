import knex, { type Knex } from 'knex';

/** How long a request waits for a free connection before it is refused. */
export const ACQUIRE_TIMEOUT_MS = 10_000;
/**
 * PostgreSQL ends a transaction in which nothing was asked for so long, and gives back its locks. A node
 * that froze, or was cut off, in the middle of one would else keep the rows of its meetings from whoever
 * takes these over. As long as silence makes a node count as dead.
 */
const IDLE_IN_TRANSACTION_MS = 3_000;

const silence = () => undefined;
/** Knex would print past our log what it throws as well. */
export const QUIET = { warn: silence, error: silence, deprecate: silence, debug: silence };

/** What `pg` gives a pool to prepare. */
interface RawConnection {
  query(sql: string, done: (error: Error | null) => void): void;
}

/** Connections are made when they are needed: this throws nothing. */
export function connectPostgres(url: string, poolSize: number): Knex {
  return knex({
    client: 'pg',
    connection: { connectionString: url, application_name: 'parley' },
    pool: {
      min: 0,
      max: poolSize,
      // By a statement: poolers in between may know no such startup parameter.
      afterCreate(
        connection: RawConnection,
        done: (error: Error | null, connection: RawConnection) => void,
      ) {
        const setting = `SET idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}`;
        connection.query(setting, (error) => done(error, connection));
      },
    },
    acquireConnectionTimeout: ACQUIRE_TIMEOUT_MS,
    log: QUIET,
  });
}
