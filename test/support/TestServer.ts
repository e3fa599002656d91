import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { loadConfig } from '../../server/config/loadConfig.ts';
import { createServer, type ParleyServer, type ServerParts } from '../../server/createServer.ts';
import { copyEmbeddedDatabase } from './embeddedDatabase.ts';
import './provided.ts';

type Whole = { [K in 'media' | 'meetings' | 'cascade']: NonNullable<ParleyServer[K]> };

export interface TestServer extends Omit<ParleyServer, keyof Whole>, Whole {
  readonly url: string;
  readonly dataDir: string;
}

/**
 * A whole server on loopback with free ports and a data folder of its own.
 * @param env configuration as environment variables, over the defaults for tests
 */
export async function startTestServer(
  env: Record<string, string> = {},
  parts: ServerParts = {},
): Promise<TestServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-test-'));
  const config = loadConfig({
    file: null,
    env: {
      PARLEY_SERVER_HOST: '127.0.0.1',
      PARLEY_SERVER_PORT: '0',
      PARLEY_SERVER_DATA_DIR: dataDir,
      PARLEY_MEDIA_LISTEN_ADDRESS: '127.0.0.1',
      PARLEY_MEDIA_BASE_PORT: '0',
      PARLEY_MEDIA_WORKERS: '1',
      PARLEY_LIVE_MIXERS: '0',
      PARLEY_LOG_LEVEL: 'silent',
      ...env,
    },
  });
  if (config.database.url === null) await copyEmbeddedDatabase(inject('embeddedDatabase'), dataDir);
  const server = await createServer(config, parts);
  const { media, meetings, cascade } = server;
  if (!media || !meetings || !cascade) throw new Error('a whole server is of both roles');
  return {
    ...server,
    ...{ media, meetings, cascade },
    dataDir,
    url: `http${server.secure ? 's' : ''}://127.0.0.1:${server.port}`,
    async close() {
      await server.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
