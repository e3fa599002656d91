import { inject } from 'vitest';
import { createPostgresDatabase } from './postgresDatabases.ts';
import './provided.ts';

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
 * on the throwaway PostgreSQL, at the current schema.
 */
export async function databaseEnv(backend: Backend): Promise<Record<string, string>> {
  if (backend === 'PGlite') return {};
  return { DATABASE_URL: (await createPostgresDatabase(inject('postgres'), 'test')).href };
}
