import type { Knex } from 'knex';

/**
 * What is known of meetings that record themselves, beside their setting: without a row nobody has stopped one by
 * hand, and no host was told that there is no mixer for it.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    CREATE TABLE automatic_recordings (
      meeting_id text PRIMARY KEY REFERENCES meetings (id) ON DELETE CASCADE,
      stopped_at timestamptz,
      told_at timestamptz
    )`);
  // Every node looks for them again and again, and most meetings are none.
  await db.raw(`
    CREATE INDEX meetings_recorded ON meetings (id)
      WHERE ended_at IS NULL AND settings->>'recordAutomatically' <> 'off'`);
}

export async function down(db: Knex): Promise<void> {
  await db.raw('DROP INDEX meetings_recorded');
  await db.raw('DROP TABLE automatic_recordings');
}
