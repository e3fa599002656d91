import { randomBytes } from 'node:crypto';
import { knex } from 'knex';
import { inject } from 'vitest';

/** The databases that everything runs on whose subject is what is stored. */
export const BACKENDS = ['PGlite', 'PostgreSQL'] as const;

/**
 * Those for tests of what happens around it: a round has time for one of them, and the tests of the
 * stores hold both to the same. With `PARLEY_TEST_BACKENDS=all`, all.
 */
export const EDGE_BACKENDS: readonly Backend[] =
  process.env['PARLEY_TEST_BACKENDS'] === 'all' ? BACKENDS : ['PostgreSQL'];
export type Backend = (typeof BACKENDS)[number];

/**
 * Configuration that gives a server the backend: nothing for the embedded one, else a new database
 * on the throwaway PostgreSQL.
 */
export async function databaseEnv(backend: Backend): Promise<Record<string, string>> {
  if (backend === 'PGlite') return {};
  const url = new URL(inject('postgresUrl'));
  const name = `test_${randomBytes(6).toString('hex')}`;
  const admin = knex({ client: 'pg', connection: url.href });
  await admin.raw('CREATE DATABASE ??', [name]);
  await admin.destroy();
  url.pathname = `/${name}`;
  return { DATABASE_URL: url.href };
}
