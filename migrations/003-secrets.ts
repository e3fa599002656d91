import type { Knex } from 'knex';

/** What all nodes that share the database have to know: whoever may read it may sign in as anybody anyway. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    CREATE TABLE secrets (
      name text PRIMARY KEY,
      value text NOT NULL,
      created_at timestamptz NOT NULL
    )`);
}

export async function down(db: Knex): Promise<void> {
  await db.raw('DROP TABLE secrets');
}
