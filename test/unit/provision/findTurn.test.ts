import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { findTurn, librariesOf, turnEnv } from '../../../provision/findTurn.ts';
import { silentStep } from '../../../provision/Step.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-turn-'));
  vi.stubEnv('PARLEY_TURN_SERVER', undefined);
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

it('takes the program that it is given', async () => {
  const given = await makeProgram('my-coturn');
  vi.stubEnv('PARLEY_TURN_SERVER', given);

  expect(await findTurn()).toEqual({ path: given });
});

it('says so when what it is given is not a program', async () => {
  vi.stubEnv('PARLEY_TURN_SERVER', join(folder, 'nowhere'));

  await expect(findTurn()).rejects.toMatchObject({ name: 'ProvisionError' });
});

it('finds the one in the PATH', async () => {
  const path = await makeProgram('turnserver');
  vi.stubEnv('PATH', `${folder}:/usr/bin:/bin`);

  expect(await findTurn()).toEqual({ path });
});

it('tells those that it starts why there is none', async () => {
  const step = silentStep();
  vi.stubEnv('PARLEY_TURN_SERVER', turnEnv({ missing: 'no mirror answers' })['PARLEY_TURN_SERVER']);

  expect(await findTurn(step)).toEqual({ missing: 'no mirror answers' });
  expect(step.outcome).toContain('no mirror answers');
  vi.stubEnv('PARLEY_TURN_SERVER', 'none');
  expect(await findTurn()).toEqual({ missing: 'none is wanted' });
});

it('installs libraries alone of what the package depends on', () => {
  const depends =
    'adduser, telnet | telnet-client, libc6 (>= 2.34), libevent-core-2.1-7 (>= 2.1.8), libsystemd0 | libelogind0';
  expect(librariesOf(depends)).toEqual(['libc6', 'libevent-core-2.1-7', 'libsystemd0']);
});
