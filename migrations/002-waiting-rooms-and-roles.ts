import type { Knex } from 'knex';

/** People are named by id without a reference: what was decided about a guest outlives the guest's row. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    ALTER TABLE meetings
      ADD COLUMN auto_admit text NOT NULL DEFAULT 'nobody',
      ADD COLUMN waiting_message text`);
  await db.raw(
    `UPDATE meetings SET settings = '{"mayUseCamera": true, "mayRename": true}'::jsonb || settings`,
  );

  // One row for each person who waits, or may come back without asking until they leave.
  await db.raw(`
    CREATE TABLE admissions (
      meeting_id text NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
      user_id text NOT NULL,
      state text NOT NULL CHECK (state IN ('waiting', 'admitted')),
      -- Under which they wait, or will enter; null once that stay has begun.
      participant_id text,
      device_id text,
      name text NOT NULL,
      since timestamptz NOT NULL,
      PRIMARY KEY (meeting_id, user_id)
    )`);

  await db.raw(`
    CREATE TABLE standing_decisions (
      id text PRIMARY KEY,
      meeting_id text NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
      decision text NOT NULL CHECK (decision IN ('admit', 'ban')),
      user_id text NOT NULL,
      -- Guests on it are meant, too: they can be somebody else at any time, the browser stays the same.
      device_id text,
      name text NOT NULL,
      guest boolean NOT NULL,
      decided_by text NOT NULL,
      decided_at timestamptz NOT NULL,
      UNIQUE (meeting_id, user_id, decision)
    )`);

  // Without a row, the creator is the host and everybody else a participant.
  await db.raw(`
    CREATE TABLE meeting_roles (
      meeting_id text NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
      user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      role text NOT NULL CHECK (role IN ('host', 'cohost')),
      -- What a host becomes when another takes over.
      returns_to text NOT NULL CHECK (returns_to IN ('cohost', 'participant')),
      PRIMARY KEY (meeting_id, user_id)
    )`);
  await db.raw(
    `CREATE UNIQUE INDEX meeting_roles_one_host ON meeting_roles (meeting_id) WHERE role = 'host'`,
  );

  await db.raw(`
    CREATE TABLE audit_entries (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      meeting_id text NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
      at timestamptz NOT NULL,
      action text NOT NULL,
      actor_id text,
      actor_name text,
      subject_id text,
      subject_name text,
      detail jsonb NOT NULL
    )`);
  await db.raw('CREATE INDEX audit_entries_meeting ON audit_entries (meeting_id, id DESC)');
}

export async function down(db: Knex): Promise<void> {
  await db.raw('DROP TABLE audit_entries, meeting_roles, standing_decisions, admissions');
  await db.raw('ALTER TABLE meetings DROP COLUMN auto_admit, DROP COLUMN waiting_message');
}
