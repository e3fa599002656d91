import type { Knex } from 'knex';

/** People are named by id without a reference: what was written outlives a guest's row. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    CREATE TABLE chat_rooms (
      id text PRIMARY KEY,
      kind text NOT NULL CHECK (kind IN ('direct', 'group', 'meeting', 'meeting-private')),
      title text,
      meeting_id text REFERENCES meetings (id) ON DELETE CASCADE,
      -- Of the two whose room it is: there is one of them.
      direct_key text UNIQUE,
      owner_id text NOT NULL,
      created_at timestamptz NOT NULL,
      active_at timestamptz NOT NULL,
      last_seq bigint NOT NULL DEFAULT 0,
      rev bigint NOT NULL DEFAULT 0
    )`);
  await db.raw('CREATE INDEX chat_rooms_meeting ON chat_rooms (meeting_id)');

  // Of the room of a meeting: how far somebody has read. Who is in it, participants say.
  await db.raw(`
    CREATE TABLE chat_members (
      room_id text NOT NULL REFERENCES chat_rooms (id) ON DELETE CASCADE,
      user_id text NOT NULL,
      name text NOT NULL,
      joined_at timestamptz NOT NULL,
      left_at timestamptz,
      read_seq bigint NOT NULL DEFAULT 0,
      muted boolean NOT NULL DEFAULT false,
      PRIMARY KEY (room_id, user_id)
    )`);
  await db.raw('CREATE INDEX chat_members_user ON chat_members (user_id) WHERE left_at IS NULL');

  await db.raw(`
    CREATE TABLE chat_messages (
      id text PRIMARY KEY,
      room_id text NOT NULL REFERENCES chat_rooms (id) ON DELETE CASCADE,
      seq bigint NOT NULL,
      rev bigint NOT NULL,
      sender_id text NOT NULL,
      sender_name text NOT NULL,
      client_id text,
      content text NOT NULL,
      reply_to text REFERENCES chat_messages (id),
      mentions jsonb NOT NULL,
      created_at timestamptz NOT NULL,
      edited_at timestamptz,
      deleted_at timestamptz,
      UNIQUE (room_id, seq),
      UNIQUE (room_id, sender_id, client_id)
    )`);
  await db.raw('CREATE INDEX chat_messages_rev ON chat_messages (room_id, rev)');
  await db.raw('CREATE INDEX chat_messages_reply ON chat_messages (reply_to)');

  await db.raw(`
    CREATE TABLE chat_reactions (
      message_id text NOT NULL REFERENCES chat_messages (id) ON DELETE CASCADE,
      user_id text NOT NULL,
      reaction text NOT NULL,
      name text NOT NULL,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (message_id, user_id, reaction)
    )`);

  await db.raw(`
    CREATE TABLE chat_seen (
      message_id text NOT NULL REFERENCES chat_messages (id) ON DELETE CASCADE,
      user_id text NOT NULL,
      name text NOT NULL,
      seen_at timestamptz NOT NULL,
      PRIMARY KEY (message_id, user_id)
    )`);
}

export async function down(db: Knex): Promise<void> {
  await db.raw('DROP TABLE chat_seen, chat_reactions, chat_messages, chat_members, chat_rooms');
}
