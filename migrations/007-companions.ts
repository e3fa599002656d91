import type { Knex } from 'knex';

/** A second screen is nobody more: whoever takes a meeting over, or counts who was in it, has to know. */
export async function up(db: Knex): Promise<void> {
  await db.raw('ALTER TABLE participants ADD COLUMN companion boolean NOT NULL DEFAULT false');
}

export async function down(db: Knex): Promise<void> {
  await db.raw('ALTER TABLE participants DROP COLUMN companion');
}
