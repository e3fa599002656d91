import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { pg_trgm as trigrams } from '@electric-sql/pglite/contrib/pg_trgm';
import { knex, type Knex } from 'knex';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { loadConfig } from '../../../server/config/loadConfig.ts';
import { openDatabase, type Database } from '../../../server/db/openDatabase.ts';
import { databaseEnv } from '../../support/backends.ts';
import { copyEmbeddedDatabase } from '../../support/embeddedDatabase.ts';
import { eventually } from '../../support/eventually.ts';

/** One more than a migration makes indexes of. */
const MESSAGES = 50_000;
const BEFORE = '012-chat-search';
const MESSAGE = 'id, room_id, seq, rev, sender_id, sender_name, content, mentions, created_at';

describe('indexes of chat, where much was written before there were any', () => {
  let env: Record<string, string>;
  let db: Knex;
  let opened: Database[];
  beforeEach(async () => {
    opened = [];
    env = await databaseEnv('PostgreSQL');
    await (await openDatabase(loadConfig({ file: null, env }))).close();
    db = knex({ client: 'pg', connection: env['DATABASE_URL'] ?? '' });
    await db.raw('DROP INDEX chat_messages_text, chat_messages_time');
    await db('migrations').where({ name: BEFORE }).delete();
    await db.raw(
      `INSERT INTO chat_rooms (id, kind, owner_id, created_at, active_at)
         VALUES ('room', 'group', 'ada', now(), now())`,
    );
    await db.raw(
      `INSERT INTO chat_messages (${MESSAGE})
         SELECT 'old' || n, 'room', n, n, 'ada', 'Ada', 'written ' || md5(n::text), '[]', now()
         FROM generate_series(1, ?::int) AS n`,
      [MESSAGES],
    );
  });
  afterEach(async () => {
    await Promise.all(opened.map((database) => database.close()));
    await db.destroy();
  });

  const open = async () => {
    const database = await openDatabase(loadConfig({ file: null, env }));
    opened.push(database);
    return database;
  };
  const write = (within: Knex, seq: number) =>
    within.raw(
      `INSERT INTO chat_messages (${MESSAGE})
         VALUES (?, 'room', ?, ?, 'ada', 'Ada', 'while it is built', '[]', now())`,
      [`new${seq}`, seq, seq],
    );
  const indexes = async (valid: boolean) => {
    const { rows } = await db.raw<{ rows: { name: string }[] }>(
      `SELECT indexrelid::regclass::text AS name FROM pg_index
         WHERE indisvalid = ? AND indexrelid::regclass::text ~ '^chat_messages_(text|time)$' ORDER BY 1`,
      [valid],
    );
    return rows.map(({ name }) => name);
  };

  test('are built by one of the servers while people write, and used', async () => {
    // Like that of a server of the version before: what is built waits until it is over.
    const writing = await db.transaction();
    await write(writing, MESSAGES + 1);
    const servers = await Promise.all([open(), open()]);
    const log = createLog();
    const built = Promise.all(servers.map((server) => server.indexChat(log.logger)));
    await eventually(() => expect(log.said('is being built')).toHaveLength(1));
    await write(db, MESSAGES + 2);
    expect(await indexes(true)).toEqual([]);
    expect(servers.map(({ isChatIndexed }) => isChatIndexed)).toEqual([false, false]);

    await writing.commit();
    await built;
    expect(log.said('is built').toSorted()).toEqual(['chat_messages_text', 'chat_messages_time']);
    expect(log.warnings()).toEqual([]);
    expect(servers.map(({ isChatIndexed }) => isChatIndexed)).toEqual([true, true]);
    expect(await indexes(true)).toEqual(['chat_messages_text', 'chat_messages_time']);
    await db.raw('ANALYZE chat_messages');
    const { rows } = await db.raw<{ rows: Record<string, string>[] }>(
      `EXPLAIN SELECT id FROM chat_messages WHERE content ILIKE '%while it is%'`,
    );
    expect(JSON.stringify(rows)).toContain('chat_messages_text');
  });

  test('are built anew when a server stopped in the middle', async () => {
    const writing = await db.transaction();
    await write(writing, MESSAGES + 1);
    const first = await open();
    const log = createLog();
    const stopped = first.indexChat(log.logger);
    await eventually(async () => expect(await indexes(false)).toHaveLength(1));
    await first.close();
    await stopped;
    expect(await indexes(true)).toEqual([]);
    expect(await indexes(false)).toHaveLength(1);
    expect(log.warnings()).toEqual([]);
    await writing.commit();

    await (await open()).indexChat(log.logger);
    expect(await indexes(true)).toEqual(['chat_messages_text', 'chat_messages_time']);
  });
});

test('the embedded database has its indexes from its start', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-db-'));
  await copyEmbeddedDatabase(inject('embeddedDatabase'), dataDir);
  const pglite = new PGlite(join(dataDir, 'db'), { extensions: { pg_trgm: trigrams } });
  await pglite.exec('DROP INDEX chat_messages_text, chat_messages_time');
  await pglite.close();
  const env = { PARLEY_SERVER_DATA_DIR: dataDir };
  const database = await openDatabase(loadConfig({ file: null, env }));
  expect(database.isChatIndexed).toBe(true);
  await database.close();
  await rm(dataDir, { recursive: true });
});

/** What was said of which index. */
function createLog() {
  const lines: Line[] = [];
  const stream = { write: (line: string) => void lines.push(JSON.parse(line) as Line) };
  return {
    logger: pino({ base: null }, stream),
    said: (what: string) => lines.filter(({ msg }) => msg.endsWith(what)).map(({ index }) => index),
    warnings: () => lines.filter(({ level }) => level >= 40),
  };
}

interface Line {
  level: number;
  msg: string;
  index?: string;
}
