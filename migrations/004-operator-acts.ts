import type { Knex } from 'knex';

/**
 * A record of its own beside that of each meeting: it is about nodes, too, is not the owner's to write,
 * and outlives the meetings that it names.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    CREATE TABLE operator_acts (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      at timestamptz NOT NULL,
      action text NOT NULL,
      -- Null: with the token of the configuration.
      actor_id text,
      actor_name text NOT NULL,
      node_id text,
      node_name text,
      meeting_id text,
      meeting_title text,
      detail jsonb NOT NULL
    )`);
}

export async function down(db: Knex): Promise<void> {
  await db.raw('DROP TABLE operator_acts');
}
