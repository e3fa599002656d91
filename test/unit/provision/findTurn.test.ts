import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { findTurn, librariesOf, turnEnv } from '../../../provision/findTurn.ts';
import { silentStep } from '../../../provision/Step.ts';
import { useProgramFolder } from '../../support/programs.ts';

const programs = useProgramFolder();

beforeEach(() => {
  vi.stubEnv('PARLEY_TURN_SERVER', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

it('takes the program that it is given', async () => {
  const given = await programs.make('my-coturn');
  vi.stubEnv('PARLEY_TURN_SERVER', given);

  expect(await findTurn()).toEqual({ path: given });
});

it('says so when what it is given is not a program', async () => {
  vi.stubEnv('PARLEY_TURN_SERVER', join(programs.path, 'nowhere'));

  await expect(findTurn()).rejects.toMatchObject({ name: 'ProvisionError' });
});

it('finds the one in the PATH', async () => {
  const path = await programs.make('turnserver');
  vi.stubEnv('PATH', `${programs.path}:/usr/bin:/bin`);

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
