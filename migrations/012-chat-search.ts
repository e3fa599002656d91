import type { Knex } from 'knex';

/**
 * Text is looked up by its trigrams, which needs an extension that comes with PostgreSQL. Where it was
 * not installed, or the user may not create it, chat is searched without: the server says so at its start.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    DO $$ BEGIN
      CREATE EXTENSION IF NOT EXISTS pg_trgm;
      CREATE INDEX chat_messages_text ON chat_messages USING gin (content gin_trgm_ops);
    EXCEPTION
      -- Not allowed; not installed, as older versions say it too; installed where it is not looked for.
      WHEN insufficient_privilege OR feature_not_supported OR undefined_file OR undefined_object THEN
        NULL;
    END $$`);
  // What many messages contain is found soonest among the newest.
  await db.raw('CREATE INDEX chat_messages_time ON chat_messages (created_at DESC, id DESC)');
}

export async function down(db: Knex): Promise<void> {
  await db.raw('DROP INDEX IF EXISTS chat_messages_text');
  await db.raw('DROP INDEX chat_messages_time');
}
