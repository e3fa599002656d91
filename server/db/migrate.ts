import type { Knex } from 'knex';
import { migrations } from '../../migrations/index.ts';

/** Any number that no other program is likely to lock on the same database: "parley" in base 36. */
const ADVISORY_LOCK = Number.parseInt('parley', 36);

/**
 * Brings the schema up to date, all of it or nothing. Servers that start at the same time do it one
 * after another; the lock belongs to the transaction, so a process killed halfway leaves none behind.
 */
export async function migrate(db: Knex): Promise<void> {
  await db.transaction(async (transaction) => {
    await transaction.raw('SELECT pg_advisory_xact_lock(?)', [ADVISORY_LOCK]);
    await transaction.migrate.latest({ migrationSource, tableName: 'migrations' });
  });
}

const migrationSource: Knex.MigrationSource<string> = {
  getMigrations: () => Promise.resolve(Object.keys(migrations)),
  getMigrationName: (name) => name,
  getMigration: (name) => {
    const migration = migrations[name];
    if (!migration) return Promise.reject(new Error(`there is no migration ${name}`));
    return Promise.resolve(migration);
  },
};
