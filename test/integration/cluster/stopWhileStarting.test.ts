import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { databaseEnv } from '../../support/backends.ts';

const ENTRY = join(import.meta.dirname, '../../../server/index.ts');

it('a server that waits for its Redis ends soon after it is asked to', async () => {
  // Takes connections, and never says a word.
  const redis = createServer();
  const asked = once(redis, 'connection');
  redis.listen(0, '127.0.0.1');
  await once(redis, 'listening');
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-node-'));
  const server = spawn(process.execPath, ['--no-warnings', ENTRY], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      ...(await databaseEnv('PostgreSQL')),
      REDIS_URL: `redis://127.0.0.1:${(redis.address() as AddressInfo).port}`,
      PARLEY_SERVER_HOST: '127.0.0.1',
      PARLEY_SERVER_PORT: '0',
      PARLEY_SERVER_DATA_DIR: dataDir,
      PARLEY_SERVER_SHUTDOWN_GRACE_MS: '300',
    },
  });
  try {
    const said: string[] = [];
    server.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    await asked;
    server.kill('SIGTERM');
    const [code] = (await once(server, 'close')) as [number | null];
    expect(code).toBe(1);
    expect(said.join('')).toContain('Not started, and asked to stop');
  } finally {
    server.kill('SIGKILL');
    redis.close();
    await rm(dataDir, { recursive: true, force: true });
  }
});
