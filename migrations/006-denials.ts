import type { Knex } from 'knex';

/**
 * Who was turned away, by the place in the queue: a request that is sent again, because the owner was
 * lost before it answered, finds it done. Goes when everybody has to ask again anyway.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    CREATE TABLE denials (
      meeting_id text NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
      participant_id text NOT NULL,
      PRIMARY KEY (meeting_id, participant_id)
    )`);
}

export async function down(db: Knex): Promise<void> {
  await db.raw('DROP TABLE denials');
}
