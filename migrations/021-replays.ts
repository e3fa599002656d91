import type { Knex } from 'knex';

/** Whether listeners of a live room may watch afterwards what was recorded of it. */
export async function up(db: Knex): Promise<void> {
  await db.raw('ALTER TABLE live_rooms ADD COLUMN offers_replay boolean NOT NULL DEFAULT false');
  // Of a room that is over, the recordings of its meeting are looked through.
  await db.raw('CREATE INDEX recordings_meeting ON recordings (meeting_id, started_at DESC)');
}

export async function down(db: Knex): Promise<void> {
  await db.raw('DROP INDEX recordings_meeting');
  await db.raw('ALTER TABLE live_rooms DROP COLUMN offers_replay');
}
