import type { Knex } from 'knex';

/**
 * Recordings. What mixers write are parts, on their own disks; what can be played are files, in the storage. A
 * recording that is removed stays until its files are gone.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    CREATE TABLE recordings (
      id text PRIMARY KEY,
      meeting_id text NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
      host_id text NOT NULL REFERENCES users (id),
      title text NOT NULL,
      state text NOT NULL
        CHECK (state IN ('starting', 'recording', 'processing', 'ready', 'failed')),
      composite boolean NOT NULL,
      tracks boolean NOT NULL,
      started_at timestamptz NOT NULL,
      ended_at timestamptz,
      duration_ms bigint,
      expires_at timestamptz,
      error text,
      removed_at timestamptz,
      CHECK (composite OR tracks)
    )`);
  await db.raw('CREATE INDEX recordings_host ON recordings (host_id, started_at DESC, id DESC)');
  await db.raw(
    `CREATE UNIQUE INDEX recordings_active ON recordings (meeting_id)
       WHERE state IN ('starting', 'recording')`,
  );
  await db.raw(
    `CREATE INDEX recordings_due ON recordings (state)
       WHERE state IN ('starting', 'recording', 'processing') OR removed_at IS NOT NULL`,
  );
  await db.raw('CREATE INDEX recordings_expiry ON recordings (expires_at)');

  await db.raw(`
    CREATE TABLE recording_parts (
      recording_id text NOT NULL REFERENCES recordings (id) ON DELETE CASCADE,
      part bigint NOT NULL,
      node text NOT NULL,
      state text NOT NULL CHECK (state IN ('writing', 'written', 'stored', 'lost')),
      PRIMARY KEY (recording_id, part)
    )`);

  await db.raw(`
    CREATE TABLE recording_files (
      id text PRIMARY KEY,
      recording_id text NOT NULL REFERENCES recordings (id) ON DELETE CASCADE,
      kind text NOT NULL CHECK (kind IN ('composite', 'track', 'manifest')),
      key text NOT NULL,
      name text NOT NULL,
      type text NOT NULL,
      bytes bigint NOT NULL,
      duration_ms bigint,
      participant text,
      source text,
      offset_ms bigint
    )`);
  await db.raw('CREATE INDEX recording_files_of ON recording_files (recording_id)');

  await db.raw(`
    CREATE TABLE recording_shares (
      id text PRIMARY KEY,
      recording_id text NOT NULL REFERENCES recordings (id) ON DELETE CASCADE,
      token_hash text NOT NULL UNIQUE,
      created_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL
    )`);
  await db.raw('CREATE INDEX recording_shares_of ON recording_shares (recording_id)');
}

export async function down(db: Knex): Promise<void> {
  await db.raw('DROP TABLE recording_shares, recording_files, recording_parts, recordings');
}
