import type { Knex } from 'knex';

/** Profiles, pictures, contacts, and what is kept of whether somebody is here. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    ALTER TABLE users
      ADD COLUMN about text NOT NULL DEFAULT '',
      -- Nobody can guess it: whoever has the address may see the picture.
      ADD COLUMN avatar_id text,
      ADD COLUMN chosen_status text NOT NULL DEFAULT 'online'
        CHECK (chosen_status IN ('online', 'away', 'busy')),
      -- Counts the choices, in milliseconds since the Unix epoch where clocks agree: the higher one is the later.
      ADD COLUMN chosen_at bigint NOT NULL DEFAULT 0,
      ADD COLUMN last_seen timestamptz`);
  // Of a deleted account the row stays, with nothing in it: what others keep refers to it.
  await db.raw('ALTER TABLE users DROP CONSTRAINT users_kind_check');
  await db.raw('ALTER TABLE users DROP CONSTRAINT users_check');
  await db.raw(`
    ALTER TABLE users
      ADD CONSTRAINT users_kind CHECK (kind IN ('account', 'guest', 'deleted')),
      ADD CONSTRAINT users_account
        CHECK (kind <> 'account' OR (email IS NOT NULL AND password_hash IS NOT NULL))`);

  await db.raw(`
    CREATE TABLE avatars (
      id text PRIMARY KEY,
      user_id text NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
      content bytea NOT NULL
    )`);

  // One row for two people, whoever of them began: both asking at once makes one contact.
  await db.raw(`
    CREATE TABLE contacts (
      low_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      high_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      -- Null once both have agreed.
      requested_by text,
      since timestamptz NOT NULL,
      PRIMARY KEY (low_id, high_id),
      CHECK (low_id < high_id)
    )`);
  await db.raw('CREATE INDEX contacts_high ON contacts (high_id)');

  // The beginnings of the words of a name, in any order; and of the whole, for names that are no words.
  await db.raw(
    `CREATE INDEX users_words ON users USING gin (to_tsvector('simple', name)) WHERE kind = 'account'`,
  );
  await db.raw(
    `CREATE INDEX users_names ON users (lower(name) text_pattern_ops) WHERE kind = 'account'`,
  );
}

export async function down(db: Knex): Promise<void> {
  await db.raw('DROP TABLE contacts, avatars');
  await db.raw('DROP INDEX users_words, users_names');
  await db.raw(`
    ALTER TABLE users
      DROP CONSTRAINT users_kind,
      DROP CONSTRAINT users_account,
      DROP COLUMN about,
      DROP COLUMN avatar_id,
      DROP COLUMN chosen_status,
      DROP COLUMN chosen_at,
      DROP COLUMN last_seen`);
}
