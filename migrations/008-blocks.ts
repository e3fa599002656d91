import type { Knex } from 'knex';

/** Whoever is blocked does not see, reach or ring the one who did it, and is not told. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    CREATE TABLE blocks (
      user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      blocked_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (user_id, blocked_id)
    )`);
  await db.raw('CREATE INDEX blocks_blocked ON blocks (blocked_id)');
}

export async function down(db: Knex): Promise<void> {
  await db.raw('DROP TABLE blocks');
}
