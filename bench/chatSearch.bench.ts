/**
 * Search in a million messages, for somebody with a few rooms and somebody with half of them all, on a
 * PostgreSQL with the index of their text and one that has none.
 */
import knex from 'knex';
import { startPostgres } from '../provision/throwaway/postgres.ts';
import { loadConfig } from '../server/config/loadConfig.ts';
import { openDatabase } from '../server/db/openDatabase.ts';
import { report } from './support/report.ts';
import { figures, round } from './support/statistics.ts';

const ROOMS = 2_000;
const MESSAGES = 1_000_000;
/** Words are as unequally frequent as those of a language: the n-th an n-th as often as the first. */
const VOCABULARY = 20_000;
const WORDS = 12;
const REPEATS = 10;
const PAGE = 20;
/** A word by its place in the vocabulary, of 3 to 8 letters from a to p. */
const wordAt = (place: string) =>
  `substr(translate(md5((${place})::text), '0123456789', 'ghijklmnop'), 1, 3 + (${place}) % 6)`;

const PEOPLE = { '5 rooms': 5, '1,000 rooms': 1_000 };

const postgres = await startPostgres();
const db = knex({ client: 'pg', connection: postgres.url });
const database = await openDatabase(
  loadConfig({ file: null, env: { DATABASE_URL: postgres.url } }),
);
const valueOf = async (sql: string): Promise<string> => {
  const { rows } = await db.raw<{ rows: { value: string }[] }>(`SELECT ${sql} AS value`);
  return rows[0]?.value ?? '';
};

await db.raw('DROP INDEX chat_messages_text, chat_messages_time');
await fill();
const queries = {
  'in a fifth of all': await valueOf(wordAt('5')),
  'in one of 400': await valueOf(wordAt('503')),
  'in some 60': await valueOf(wordAt('19997')),
  'in none': 'zebra',
  'two letters, in most': 'ab',
  'two letters, in none': 'zz',
};
await measure('without');
const began = performance.now();
await db.raw('CREATE INDEX chat_messages_text ON chat_messages USING gin (content gin_trgm_ops)');
const built = performance.now();
await db.raw('CREATE INDEX chat_messages_time ON chat_messages (created_at DESC, id DESC)');
await db.raw('VACUUM ANALYZE chat_messages');
report('index of chat', {
  messages: MESSAGES,
  buildSeconds: round((built - began) / 1_000, 0),
  textMb: await megabytes('chat_messages_text'),
  timeMb: await megabytes('chat_messages_time'),
  tableMb: await megabytes('chat_messages'),
});
await measure('with');
await database.close();
await db.destroy();
await postgres.stop();

async function fill(): Promise<void> {
  await db.raw('SELECT setseed(0.5)');
  await db.raw(
    `INSERT INTO chat_rooms (id, kind, owner_id, created_at, active_at, last_seq, rev)
       SELECT 'room-' || n, 'group', 'owner', now(), now(), :each, :each
         FROM generate_series(1, :rooms) AS n`,
    { rooms: ROOMS, each: MESSAGES / ROOMS },
  );
  for (const [person, rooms] of Object.entries(PEOPLE)) {
    await db.raw(
      `INSERT INTO chat_members (room_id, user_id, name, joined_at)
         SELECT 'room-' || n, :person, :person, now() FROM generate_series(1, :rooms) AS n`,
      { person, rooms },
    );
  }
  await db.raw(
    `INSERT INTO chat_messages
         (id, room_id, seq, rev, sender_id, sender_name, content, mentions, created_at)
       SELECT 'message-' || n, 'room-' || 1 + n % :rooms, 1 + n / :rooms, 1 + n / :rooms, 'owner',
           'Owner', (SELECT string_agg(${wordAt('place')}, ' ') FROM (
             SELECT floor(exp(random() * ln(:vocabulary)))::integer AS place
               FROM generate_series(1, :words) WHERE n IS NOT NULL) AS places),
           '[]', now() - interval '1 second' * (:messages - n)
         FROM generate_series(0, :messages - 1) AS n`,
    { rooms: ROOMS, messages: MESSAGES, vocabulary: VOCABULARY, words: WORDS },
  );
  await db.raw('VACUUM ANALYZE chat_messages, chat_rooms, chat_members');
}

async function measure(index: 'with' | 'without'): Promise<void> {
  for (const person of Object.keys(PEOPLE)) {
    for (const [what, q] of Object.entries(queries)) {
      const times: number[] = [];
      let found = 0;
      for (let repeat = 0; repeat < REPEATS; repeat++) {
        const asked = performance.now();
        const { results } = await database.chatMessages.search(person, { q, limit: PAGE });
        times.push(performance.now() - asked);
        found = results.length;
      }
      report('chat search', { person, index, what, q, found, ...figures(times) });
    }
  }
}

async function megabytes(relation: string): Promise<number> {
  return round(Number(await valueOf(`pg_relation_size('${relation}')`)) / 1e6, 0);
}
