import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ensureFfmpeg } from '../../../provision/ensureFfmpeg.ts';
import { silentStep } from '../../../provision/Step.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-ffmpeg-'));
  vi.stubEnv('PARLEY_FFMPEG', undefined);
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
  const given = await makeProgram('my-ffmpeg');
  vi.stubEnv('PARLEY_FFMPEG', given);

  expect(await ensureFfmpeg()).toBe(given);
});

it('says so when what it is given is not a program', async () => {
  const given = join(folder, 'none');
  vi.stubEnv('PARLEY_FFMPEG', given);

  await expect(ensureFfmpeg()).rejects.toMatchObject({
    name: 'ProvisionError',
    message: `PARLEY_FFMPEG is set to ${given}, which is not a program.`,
  });
});

it('finds one in the PATH, in its order', async () => {
  const program = await makeProgram('ffmpeg');
  vi.stubEnv('PATH', `${folder}:/usr/bin:/bin`);
  const step = silentStep();

  expect(await ensureFfmpeg(step)).toBe(program);
  expect(step.outcome).toBe(`ready (${program})`);
});
