import type { TestProject } from 'vitest/node';
import { ensureBrowser } from '../../provision/ensureBrowser.ts';
import { ensureRedis } from '../../provision/ensureRedis.ts';
import { ensureWorker } from '../../provision/ensureWorker.ts';
import { startPostgres } from '../../provision/throwaway/postgres.ts';
import './provided.ts';

/**
 * What a project's tests need around them. Variables set here are inherited by the processes that
 * run the tests.
 */
export default async function setUp(
  project: TestProject,
): Promise<(() => Promise<void>) | undefined> {
  process.env['MEDIASOUP_WORKER_BIN'] ??= await ensureWorker();
  if (project.name.startsWith('e2e')) process.env['PARLEY_CHROMIUM'] ??= await ensureBrowser();
  process.env['PARLEY_REDIS_SERVER'] ??= await ensureRedis();
  const given = process.env['PARLEY_TEST_POSTGRES_URL'];
  if (given) {
    project.provide('postgresUrl', given);
    return undefined;
  }
  const postgres = await startPostgres();
  project.provide('postgresUrl', postgres.url);
  return () => postgres.stop();
}
