import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../server/config/loadConfig.ts';
import { openDatabase } from '../../server/db/openDatabase.ts';

/**
 * An empty embedded database in a data folder: to make one costs seconds of a processor, to copy it
 * next to nothing.
 */
export async function prepareEmbeddedDatabase(): Promise<{
  dataDir: string;
  remove: () => Promise<void>;
}> {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-template-'));
  const env = { PARLEY_SERVER_DATA_DIR: dataDir };
  const database = await openDatabase(loadConfig({ file: null, env }));
  await database.close();
  return { dataDir, remove: () => rm(dataDir, { recursive: true, force: true }) };
}

/** @param from data folder of a prepared database @param to data folder of a server that has not begun */
export function copyEmbeddedDatabase(from: string, to: string): Promise<void> {
  return cp(from, to, { recursive: true });
}
