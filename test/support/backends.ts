import { randomBytes } from 'node:crypto';
import { knex } from 'knex';
import { inject } from 'vitest';

/** The databases that every integration test of the server runs on. */
export const BACKENDS = ['PGlite', 'PostgreSQL'] as const;
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
