import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ensureRedis } from '../../../provision/ensureRedis.ts';
import { silentStep } from '../../../provision/Step.ts';
import { useProgramFolder } from '../../support/programs.ts';

const programs = useProgramFolder();

beforeEach(() => {
  vi.stubEnv('PARLEY_REDIS_SERVER', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

it('takes the server that it is given', async () => {
  const given = await programs.make('my-redis');
  vi.stubEnv('PARLEY_REDIS_SERVER', given);

  expect(await ensureRedis()).toBe(given);
});

it('says so when what it is given is not a program', async () => {
  const given = join(programs.path, 'none');
  vi.stubEnv('PARLEY_REDIS_SERVER', given);

  await expect(ensureRedis()).rejects.toMatchObject({
    name: 'ProvisionError',
    message: `PARLEY_REDIS_SERVER is set to ${given}, which is not a program.`,
  });
});

it('finds a server in the PATH, in its order', async () => {
  const server = await programs.make('redis-server');
  vi.stubEnv('PATH', `${programs.path}:/usr/bin:/bin`);
  const step = silentStep();

  expect(await ensureRedis(step)).toBe(server);
  expect(step.outcome).toBe(`ready (${server})`);
});

it('is content with Valkey, but prefers Redis wherever it is', async () => {
  await programs.make('valkey-server');
  const redis = await programs.make('redis-server');
  vi.stubEnv('PATH', programs.path);

  expect(await ensureRedis()).toBe(redis);
});
