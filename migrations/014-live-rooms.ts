import type { Knex } from 'knex';

/**
 * What is wanted of live rooms, and which mixer has the mix of a meeting. A mix is a row and no process's: what a
 * room is doing follows from both.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    CREATE TABLE live_rooms (
      room_id text PRIMARY KEY,
      meeting_id text NOT NULL UNIQUE REFERENCES meetings (id) ON DELETE CASCADE,
      host_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      title text NOT NULL,
      pin_hash text NOT NULL,
      pin_version integer NOT NULL,
      desired text NOT NULL CHECK (desired IN ('off', 'on-air', 'removed')),
      nonce text,
      key_secret text,
      started_at timestamptz,
      stopped_at timestamptz,
      created_at timestamptz NOT NULL
    )`);
  await db.raw("CREATE INDEX live_rooms_wanted ON live_rooms (meeting_id) WHERE desired <> 'off'");
  await db.raw('CREATE INDEX live_rooms_host ON live_rooms (host_id, created_at DESC, room_id)');

  await db.raw(`
    CREATE TABLE mixes (
      meeting_id text PRIMARY KEY REFERENCES meetings (id) ON DELETE CASCADE,
      generation integer NOT NULL,
      mixer text,
      publishing boolean NOT NULL,
      assigned_at timestamptz NOT NULL
    )`);
  await db.raw('CREATE INDEX mixes_mixer ON mixes (mixer)');
}

export async function down(db: Knex): Promise<void> {
  await db.raw('DROP TABLE mixes, live_rooms');
}
