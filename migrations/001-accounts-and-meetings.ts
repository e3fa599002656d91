import type { Knex } from 'knex';

/** Ids are made by the server (UUIDs as text); times are instants with millisecond precision. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    CREATE TABLE users (
      id text PRIMARY KEY,
      kind text NOT NULL CHECK (kind IN ('account', 'guest')),
      email text UNIQUE CHECK (email = lower(email)),
      name text NOT NULL,
      password_hash text,
      created_at timestamptz NOT NULL,
      CHECK (kind = 'guest' OR (email IS NOT NULL AND password_hash IS NOT NULL))
    )`);

  await db.raw(`
    CREATE TABLE meetings (
      id text PRIMARY KEY,
      code text NOT NULL UNIQUE,
      title text NOT NULL,
      host_id text NOT NULL REFERENCES users (id),
      passcode_hash text,
      capacity integer NOT NULL,
      waiting_room boolean NOT NULL,
      allow_guests boolean NOT NULL,
      access text NOT NULL,
      locked boolean NOT NULL,
      settings jsonb NOT NULL,
      starts_at timestamptz,
      ends_at timestamptz,
      ended_at timestamptz,
      created_at timestamptz NOT NULL,
      owner_epoch bigint NOT NULL DEFAULT 0
    )`);
  await db.raw('CREATE INDEX meetings_host ON meetings (host_id, created_at DESC, id DESC)');

  await db.raw(`
    CREATE TABLE meeting_invited (
      meeting_id text NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
      email text NOT NULL,
      PRIMARY KEY (meeting_id, email)
    )`);

  await db.raw(`
    CREATE TABLE sessions (
      id text PRIMARY KEY,
      user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      meeting_id text REFERENCES meetings (id) ON DELETE CASCADE,
      created_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      revoked_at timestamptz
    )`);
  await db.raw('CREATE INDEX sessions_user ON sessions (user_id)');
  await db.raw('CREATE INDEX sessions_expiry ON sessions (expires_at)');

  // No reference to users: a stay is kept with its name when a guest's row is purged.
  await db.raw(`
    CREATE TABLE participants (
      id text PRIMARY KEY,
      meeting_id text NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
      user_id text NOT NULL,
      device_id text,
      name text NOT NULL,
      role text NOT NULL,
      joined_at timestamptz NOT NULL,
      left_at timestamptz,
      leave_reason text
    )`);
  await db.raw('CREATE INDEX participants_user ON participants (user_id, meeting_id)');
  await db.raw('CREATE INDEX participants_meeting ON participants (meeting_id)');
  await db.raw('CREATE INDEX participants_open ON participants (id) WHERE left_at IS NULL');
}

export async function down(db: Knex): Promise<void> {
  await db.raw('DROP TABLE participants, sessions, meeting_invited, meetings, users');
}
