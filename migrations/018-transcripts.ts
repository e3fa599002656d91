import type { Knex } from 'knex';

/** What was said, as text beside a recording: somebody puts it there. */
export async function up(db: Knex): Promise<void> {
  await setKinds(db, ['composite', 'track', 'manifest', 'transcript']);
}

export async function down(db: Knex): Promise<void> {
  await db('recording_files').where({ kind: 'transcript' }).delete();
  await setKinds(db, ['composite', 'track', 'manifest']);
}

async function setKinds(db: Knex, kinds: readonly string[]): Promise<void> {
  await db.raw(`
    ALTER TABLE recording_files
      DROP CONSTRAINT recording_files_kind_check,
      ADD CONSTRAINT recording_files_kind_check
        CHECK (kind IN (${kinds.map((kind) => `'${kind}'`).join(', ')}))`);
}
