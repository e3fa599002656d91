import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ensureRedis } from '../../../provision/ensureRedis.ts';
import { silentStep } from '../../../provision/Step.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-redis-'));
  vi.stubEnv('PARLEY_REDIS_SERVER', undefined);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function makeProgram(name: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, '#!/bin/sh\n');
  await chmod(path, 0o755);
  return path;
}

it('takes the server that it is given', async () => {
  const given = await makeProgram('my-redis');
  vi.stubEnv('PARLEY_REDIS_SERVER', given);

  expect(await ensureRedis()).toBe(given);
});

it('says so when what it is given is not a program', async () => {
  const given = join(folder, 'none');
  vi.stubEnv('PARLEY_REDIS_SERVER', given);

  await expect(ensureRedis()).rejects.toMatchObject({
    name: 'ProvisionError',
    message: `PARLEY_REDIS_SERVER is set to ${given}, which is not a program.`,
  });
});

it('finds a server in the PATH, in its order', async () => {
  const server = await makeProgram('redis-server');
  vi.stubEnv('PATH', `${folder}:/usr/bin:/bin`);
  const step = silentStep();

  expect(await ensureRedis(step)).toBe(server);
  expect(step.outcome).toBe(`ready (${server})`);
});

it('is content with Valkey, but prefers Redis wherever it is', async () => {
  await makeProgram('valkey-server');
  const redis = await makeProgram('redis-server');
  vi.stubEnv('PATH', folder);

  expect(await ensureRedis()).toBe(redis);
});
