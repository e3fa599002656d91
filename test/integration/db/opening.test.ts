import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import knex from 'knex';
import { pino } from 'pino';
import { describe, expect, inject, test } from 'vitest';
import { loadConfig } from '../../../server/config/loadConfig.ts';
import { DatabaseError, openDatabase } from '../../../server/db/openDatabase.ts';
import { BACKENDS, databaseEnv } from '../../support/backends.ts';
import { accountRecord, sessionRecord } from '../../support/database.ts';
import { createPostgresDatabase } from '../../support/postgresDatabases.ts';
import '../../support/provided.ts';

/** Without any table. */
const emptyDatabase = () => createPostgresDatabase({ url: inject('postgres').url }, 'empty');

describe.each(BACKENDS)('%s', (backend) => {
  test('keeps what it was given, through another start', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'parley-db-'));
    const env = { PARLEY_SERVER_DATA_DIR: dataDir, ...(await databaseEnv(backend)) };
    const config = loadConfig({ file: null, env });
    const account = accountRecord();

    const first = await openDatabase(config);
    expect(first.isChatIndexed).toBe(true);
    await first.users.insertWithSession(account, sessionRecord(account.id));
    await first.close();
    await first.close();

    const second = await openDatabase(config);
    expect(await second.users.findAccountByEmail(account.email)).toEqual(account);
    await second.close();
    await rm(dataDir, { recursive: true });
  });
});

test('servers that start at the same time on one PostgreSQL migrate it once', async () => {
  const DATABASE_URL = (await emptyDatabase()).href;
  const config = loadConfig({ file: null, env: { DATABASE_URL } });
  const opened = await Promise.all([1, 2, 3, 4].map(() => openDatabase(config)));
  await Promise.all(opened.map((database) => database.ping()));
  await Promise.all(opened.map((database) => database.close()));
});

test('a user who may not create extensions searches chat without an index, until the extension is there', async () => {
  const url = await emptyDatabase();
  const admin = knex({ client: 'pg', connection: url.href });
  const user = `user_${randomBytes(6).toString('hex')}`;
  await admin.raw(`CREATE ROLE ?? LOGIN PASSWORD 'secret'`, [user]);
  await admin.raw('GRANT CREATE ON SCHEMA public TO ??', [user]);
  [url.username, url.password] = [user, 'secret'];
  const open = () => openDatabase(loadConfig({ file: null, env: { DATABASE_URL: url.href } }));

  const said: string[] = [];
  const logger = pino({ base: null }, { write: (line: string) => void said.push(line) });
  const first = await open();
  await first.indexChat(logger);
  expect(first.isChatIndexed).toBe(false);
  expect(said).toEqual([expect.stringContaining('chat is searched without an index')]);
  await first.close();
  // As docs/operations.md has it.
  await admin.raw('CREATE EXTENSION pg_trgm');
  const second = await open();
  await second.indexChat(logger);
  expect(second.isChatIndexed).toBe(true);
  await second.close();
  await admin.destroy();
});

test('a database that cannot be reached is named, without its password', async () => {
  const url = 'postgres://parley:hunter2@127.0.0.1:1/parley';
  const failure = await openDatabase(loadConfig({ file: null, env: { DATABASE_URL: url } })).catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(DatabaseError);
  const { message } = failure as DatabaseError;
  expect(message).toContain('postgres://127.0.0.1:1/parley');
  expect(message).not.toContain('hunter2');
});
