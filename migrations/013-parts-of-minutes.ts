import type { Knex } from 'knex';

/** What was measured of a minute may be a part of it: somebody left before it was over. */
export async function up(db: Knex): Promise<void> {
  await db.raw('ALTER TABLE call_quality ADD COLUMN seconds smallint NOT NULL DEFAULT 60');
}

export async function down(db: Knex): Promise<void> {
  await db.raw('ALTER TABLE call_quality DROP COLUMN seconds');
}
