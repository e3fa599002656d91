import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { untilFfmpeg } from '../../../server/live/mixer/untilFfmpeg.ts';
import { removeStaleWork } from '../../../server/live/mixer/workFolder.ts';
import { eventually } from '../../support/eventually.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-leftovers-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A process that is gone. */
async function deadPid(): Promise<number> {
  const child: ChildProcess = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

it('removes what killed servers left, whatever of it resists, and nothing of those that run', async () => {
  const pid = await deadPid();
  const stale = [`parley-mixer-${pid}-one`, `parley-mixer-${pid}-two`, `parley-compiled-${pid}-x`];
  const others = [`parley-mixer-${process.pid}-mine`, 'somebody-elses'];
  for (const name of [...stale, ...others])
    await mkdir(join(folder, name, '360p'), { recursive: true });
  const resists = join(folder, `parley-mixer-${pid}-one`);
  const remove = async (path: string) => {
    // As `rm` fails where a child of the killed server still writes segments.
    if (path === resists)
      throw Object.assign(new Error('directory not empty'), { code: 'ENOTEMPTY' });
    await rm(path, { recursive: true });
  };
  expect(await removeStaleWork(folder, remove)).toEqual({ removed: 2, left: [resists] });
  expect((await readdir(folder)).sort()).toEqual([...others, `parley-mixer-${pid}-one`].sort());
  expect(await removeStaleWork(folder)).toEqual({ removed: 1, left: [] });
  expect((await readdir(folder)).sort()).toEqual([...others].sort());
});

it('finds an FFmpeg that is installed while the server runs, and says once why there was none', async () => {
  const said: string[] = [];
  const logger = pino({}, { write: (line: string) => void said.push(line) });
  const program = join(folder, 'ffmpeg');
  const { signal } = new AbortController();
  const found = untilFfmpeg(program, { logger, signal, againMs: 20 });
  await eventually(() => expect(said).toHaveLength(1));
  expect(said[0]).toContain('there is no such program');
  const real = `#!/bin/sh\nexec "${process.env['PARLEY_FFMPEG']}" "$@"\n`;
  await writeFile(`${program}.new`, real, { mode: 0o755 });
  await rename(`${program}.new`, program);
  expect(await found).toMatchObject({ path: program });
  expect(said).toHaveLength(1);
});

it('stops looking for an FFmpeg with the server', async () => {
  const stopping = new AbortController();
  const search = { logger: pino({ level: 'silent' }), signal: stopping.signal };
  const found = untilFfmpeg(join(folder, 'none'), search);
  stopping.abort();
  expect(await found).toBeNull();
});
