import type { Knex } from 'knex';

/**
 * Text is looked up by its trigrams, which needs an extension that comes with PostgreSQL. Where it was
 * not installed, or the user may not create it, chat is searched without: the server says so at its start.
 *
 * Nobody writes while an index is made like this, on the other nodes of a cluster neither: where that would
 * take more than a second or two the server makes them once it runs (server/db/ChatIndexes.ts).
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    DO $$
    DECLARE
      small boolean := (SELECT count(*) < 50000 FROM (SELECT FROM chat_messages LIMIT 50000) AS messages);
    BEGIN
      -- What many messages contain is found soonest among the newest.
      IF small THEN
        CREATE INDEX IF NOT EXISTS chat_messages_time ON chat_messages (created_at DESC, id DESC);
      END IF;
      BEGIN
        CREATE EXTENSION IF NOT EXISTS pg_trgm;
        IF small THEN
          CREATE INDEX IF NOT EXISTS chat_messages_text ON chat_messages USING gin (content gin_trgm_ops);
        END IF;
      EXCEPTION
        -- Not allowed; not installed, as older versions say it too; installed where it is not looked for.
        WHEN insufficient_privilege OR feature_not_supported OR undefined_file OR undefined_object THEN
          NULL;
      END;
    END $$`);
}

export async function down(db: Knex): Promise<void> {
  await db.raw('DROP INDEX IF EXISTS chat_messages_text, chat_messages_time');
}
