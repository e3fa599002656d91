import type { Knex } from 'knex';

/** Where live rooms are sent as well. An address is a secret: whoever has it can send in its owner's name. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    CREATE TABLE live_pushes (
      id text PRIMARY KEY,
      room_id text NOT NULL REFERENCES live_rooms (room_id) ON DELETE CASCADE,
      url text NOT NULL,
      created_at timestamptz NOT NULL
    )`);
  await db.raw('CREATE INDEX live_pushes_room ON live_pushes (room_id, created_at)');
}

export async function down(db: Knex): Promise<void> {
  await db.raw('DROP TABLE live_pushes');
}
