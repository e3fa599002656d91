import type { Knex } from 'knex';

/** When of a recording what is, so that what was written beside it finds its place; and links that show that, too. */
export async function up(db: Knex): Promise<void> {
  await db.raw('ALTER TABLE recordings ADD COLUMN timeline jsonb');
  await db.raw('ALTER TABLE recording_shares ADD COLUMN with_chat boolean NOT NULL DEFAULT false');
}

export async function down(db: Knex): Promise<void> {
  await db.raw('ALTER TABLE recording_shares DROP COLUMN with_chat');
  await db.raw('ALTER TABLE recordings DROP COLUMN timeline');
}
