import type { Knex } from 'knex';

/** What listeners of a live room may do with the chat of its meeting, and which messages are theirs. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    ALTER TABLE live_rooms ADD COLUMN listener_chat text NOT NULL DEFAULT 'off'
      CHECK (listener_chat IN ('off', 'read', 'write'))`);
  await db.raw('ALTER TABLE chat_messages ADD COLUMN from_listener boolean NOT NULL DEFAULT false');
}

export async function down(db: Knex): Promise<void> {
  await db.raw('ALTER TABLE chat_messages DROP COLUMN from_listener');
  await db.raw('ALTER TABLE live_rooms DROP COLUMN listener_chat');
}
