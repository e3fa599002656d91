import { randomBytes } from 'node:crypto';
import knex from 'knex';
import { loadConfig } from '../../server/config/loadConfig.ts';
import { openDatabase } from '../../server/db/openDatabase.ts';

/** A PostgreSQL that databases are made in. */
export interface PostgresServer {
  /** For a user with rights to create databases. */
  readonly url: string;
  /** Name of a database that is in use by nobody; new ones are copies of it. Without one they are empty. */
  readonly template?: string;
}

/**
 * Makes a template at the current schema: to bring an empty database there costs each server of a test a third of a
 * second of a processor.
 */
export async function prepareTemplate(url: string): Promise<Required<PostgresServer>> {
  const template = await createPostgresDatabase({ url }, 'template');
  const env = { DATABASE_URL: template.href };
  await (await openDatabase(loadConfig({ file: null, env }))).close();
  return { url, template: nameOf(template) };
}

/** @returns the URL of a new database @param kind what its name begins with */
export async function createPostgresDatabase(
  { url, template = 'template1' }: PostgresServer,
  kind: string,
): Promise<URL> {
  const database = new URL(url);
  database.pathname = `/${kind}_${randomBytes(6).toString('hex')}`;
  await administer(url, 'CREATE DATABASE ?? TEMPLATE ??', [nameOf(database), template]);
  return database;
}

export const nameOf = (database: URL): string => database.pathname.slice(1);

/** Has one statement carried out, outside of any transaction. @param names what stands for its `??` */
export async function administer(
  url: string,
  statement: string,
  names: readonly string[],
): Promise<void> {
  const admin = knex({ client: 'pg', connection: url });
  try {
    await admin.raw(statement, [...names]);
  } finally {
    await admin.destroy();
  }
}
