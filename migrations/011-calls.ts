import type { Knex } from 'knex';

/**
 * A call is a row, and no process's: any node carries on with it. Who is in one is settled by the key
 * of `live_calls`.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    CREATE TABLE calls (
      id text PRIMARY KEY,
      call_type text NOT NULL,
      state text NOT NULL,
      caller_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      callee_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      caller_connection text,
      caller_device text,
      caller_lost_at timestamptz,
      callee_connection text,
      callee_device text,
      callee_lost_at timestamptz,
      started_at timestamptz NOT NULL,
      answered_at timestamptz,
      connected_at timestamptz,
      ended_at timestamptz,
      ended_by text,
      outcome text,
      reason text,
      message text,
      path text,
      meeting_id text,
      meeting_code text,
      deadline_at timestamptz
    )`);
  await db.raw('CREATE INDEX calls_deadline ON calls (deadline_at) WHERE deadline_at IS NOT NULL');
  await db.raw('CREATE INDEX calls_ended ON calls (ended_at) WHERE ended_at IS NOT NULL');

  await db.raw(`
    CREATE TABLE live_calls (
      user_id text PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
      call_id text NOT NULL REFERENCES calls (id) ON DELETE CASCADE
    )`);
  await db.raw('CREATE INDEX live_calls_call ON live_calls (call_id)');

  // With the other one's name: history stays readable when an account is gone.
  await db.raw(`
    CREATE TABLE call_log (
      user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      call_id text NOT NULL,
      with_id text NOT NULL,
      with_name text NOT NULL,
      call_type text NOT NULL,
      direction text NOT NULL CHECK (direction IN ('incoming', 'outgoing')),
      started_at timestamptz NOT NULL,
      answered_at timestamptz,
      ended_at timestamptz NOT NULL,
      outcome text NOT NULL,
      reason text NOT NULL,
      message text,
      path text,
      seen boolean NOT NULL,
      PRIMARY KEY (user_id, call_id)
    )`);
  await db.raw('CREATE INDEX call_log_time ON call_log (user_id, started_at DESC, call_id DESC)');
  await db.raw('CREATE INDEX call_log_missed ON call_log (user_id) WHERE NOT seen');
  await db.raw('CREATE INDEX call_log_age ON call_log (started_at)');

  // 'of' is a call, or a stay in a meeting.
  await db.raw(`
    CREATE TABLE call_quality (
      user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      of_id text NOT NULL,
      minute integer NOT NULL,
      at timestamptz NOT NULL,
      rtt_ms real,
      loss real NOT NULL,
      bitrate real NOT NULL,
      freezes integer NOT NULL,
      PRIMARY KEY (user_id, of_id, minute)
    )`);
  await db.raw('CREATE INDEX call_quality_age ON call_quality (at)');
}

export async function down(db: Knex): Promise<void> {
  await db.raw('DROP TABLE call_quality, call_log, live_calls, calls');
}
