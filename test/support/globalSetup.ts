import type { TestProject } from 'vitest/node';
import { ensureBrowser } from '../../provision/ensureBrowser.ts';
import { ensureFfmpeg } from '../../provision/ensureFfmpeg.ts';
import { ensureRedis } from '../../provision/ensureRedis.ts';
import { ensureWorker } from '../../provision/ensureWorker.ts';
import { findTurn } from '../../provision/findTurn.ts';
import { startPostgres } from '../../provision/throwaway/postgres.ts';
import { prepareEmbeddedDatabase } from './embeddedDatabase.ts';
import { administer, prepareTemplate } from './postgresDatabases.ts';
import './provided.ts';

/**
 * What a project's tests need around them. Variables set here are inherited by the processes that
 * run the tests.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  process.env['MEDIASOUP_WORKER_BIN'] ??= await ensureWorker();
  if (project.name.startsWith('e2e')) process.env['PARLEY_CHROMIUM'] ??= await ensureBrowser();
  process.env['PARLEY_REDIS_SERVER'] ??= await ensureRedis();
  process.env['PARLEY_FFMPEG'] ??= await ensureFfmpeg();
  const given = process.env['PARLEY_TEST_POSTGRES_URL'];
  const [postgres, embedded] = await Promise.all([
    given ? null : startPostgres(),
    prepareEmbeddedDatabase(),
  ]);
  const { url, template } = await prepareTemplate(postgres?.url ?? given ?? '');
  project.provide('postgres', { url, template });
  project.provide('embeddedDatabase', embedded.dataDir);
  const needsTurn = project.name === 'e2e';
  project.provide('turn', needsTurn ? await findTurn() : { missing: 'no test here needs one' });
  return async () => {
    // One of somebody else's keeps nothing of ours.
    if (!postgres) await administer(url, 'DROP DATABASE ??', [template]);
    await postgres?.stop();
    await embedded.remove();
  };
}
