import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Finding } from '../../../provision/doctor/findings.ts';
import { freePort } from '../../../provision/throwaway/freePort.ts';
import { ClusterOfProcesses } from '../../support/ClusterOfProcesses.ts';

const BOOTSTRAP = join(import.meta.dirname, '../../../provision/bootstrap.mjs');

let cluster: ClusterOfProcesses;
/** Of one more node, on ports of its own. */
let env: Record<string, string>;

beforeAll(async () => {
  cluster = await ClusterOfProcesses.start(inject('postgres'), {
    ...{ signaling: 0, media: 0, all: 2 },
  });
  env = {
    REDIS_URL: cluster.redis.url,
    DATABASE_URL: inject('postgres').url,
    PARLEY_SERVER_HOST: '127.0.0.1',
    PARLEY_SERVER_PORT: String(await freePort()),
    PARLEY_CLUSTER_PORT: String(await freePort(['0.0.0.0'])),
    PARLEY_MEDIA_LISTEN_ADDRESS: '127.0.0.1',
    PARLEY_MEDIA_BASE_PORT: String(await freePort()),
    PARLEY_MEDIA_WORKERS: '1',
  };
});
afterAll(() => cluster.close());

async function doctor(over: Record<string, string> = {}) {
  const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [BOOTSTRAP, 'doctor', '--json'],
      { env: { ...process.env, ...env, ...over } },
      (_error, output) => resolve({ code: child.exitCode ?? -1, output }),
    );
  });
  const { findings } = JSON.parse(output) as { findings: Finding[] };
  return {
    code,
    findings,
    of: (subject: string) => findings.find((one) => one.subject === subject),
  };
}

it('finds a cluster in order', async () => {
  const { code, findings, of } = await doctor();
  expect(findings.filter(({ level }) => level === 'failure')).toEqual([]);
  expect(code).toBe(0);
  for (const subject of ['Redis', 'Clock of Redis', 'PostgreSQL', 'Clock of PostgreSQL']) {
    expect(of(subject), subject).toMatchObject({ level: 'ok' });
  }
  expect(of('Nodes')).toMatchObject({ level: 'ok', message: '2 are running' });
  expect(of('Node all-1')).toMatchObject({ level: 'ok' });
  expect(of('Schema')).toMatchObject({ level: 'ok', message: 'empty; the first start makes it' });
  expect(of('Media worker')).toMatchObject({ level: 'ok' });
});

it('proves a media worker that was never started on this machine', async () => {
  const fresh = await mkdtemp(join(tmpdir(), 'parley-cache-'));
  const { of } = await doctor({ PARLEY_CACHE_DIR: fresh });
  await rm(fresh, { recursive: true });
  expect(of('Media worker')).toMatchObject({ level: 'ok' });
});

it('sees a running server in its ports, and another program in them', async () => {
  const [running] = cluster.nodes;
  const port = new URL(running?.url ?? '').port;
  expect((await doctor({ PARLEY_SERVER_PORT: port })).of('HTTP port')).toMatchObject({
    level: 'ok',
    message: `TCP ${port}: a Parley is running there`,
  });
  const redis = new URL(cluster.redis.url).port;
  const { code, of } = await doctor({ PARLEY_SERVER_PORT: redis });
  expect(of('HTTP port')).toMatchObject({ level: 'failure' });
  expect(code).toBe(1);
});

it('says what is wrong with what a cluster stands on', async () => {
  await cluster.redis.use((client) => client.config('SET', 'maxmemory-policy', 'allkeys-lru'));
  const { code, of } = await doctor({ DATABASE_URL: 'postgres://nobody:x@127.0.0.1:1/none' });
  expect(of('Redis eviction')).toMatchObject({ level: 'failure' });
  expect(of('PostgreSQL')?.message).toContain('ECONNREFUSED');
  expect(of('PostgreSQL')?.message).not.toContain('nobody');
  expect(code).toBe(1);
});

it('names what is wrong with the configuration', async () => {
  const { code, of } = await doctor({ PARLEY_SERVER_PORT: 'web' });
  expect(of('Configuration')).toMatchObject({ level: 'failure' });
  expect(of('Configuration')?.message).toContain('PARLEY_SERVER_PORT');
  expect(code).toBe(1);
});
