import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ensureEntry } from '../../../provision/cache.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-cache-'));
  vi.stubEnv('PARLEY_CACHE_DIR', folder);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

it('makes an entry once for all who want it at the same time', async () => {
  let builds = 0;
  const build = async (target: string) => {
    builds++;
    await writeFile(join(target, 'file'), 'content');
  };
  const paths = await Promise.all([1, 2, 3].map(() => ensureEntry('kind/name', build)));

  expect(builds).toBe(1);
  expect(new Set(paths)).toEqual(new Set([join(folder, 'kind/name')]));
  expect(await readFile(join(folder, 'kind/name/file'), 'utf8')).toBe('content');
});

it('leaves nothing behind when making an entry fails', async () => {
  const failure = new Error('no room');
  await expect(ensureEntry('kind/name', () => Promise.reject(failure))).rejects.toBe(failure);

  expect(await readdir(join(folder, 'kind'))).toEqual([]);
});

it('takes over from a process that died while making the entry', async () => {
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  await mkdir(join(folder, 'kind'));
  await writeFile(join(folder, 'kind/name.lock'), String(dead));

  await ensureEntry('kind/name', (target) => writeFile(join(target, 'file'), ''));

  expect(await readdir(join(folder, 'kind'))).toEqual(['name']);
});

it('takes over from a process whose number now belongs to another', async () => {
  const lock = join(folder, 'kind/name.lock');
  await mkdir(join(folder, 'kind'));
  await writeFile(lock, String(process.ppid));
  const minuteAgo = new Date(Date.now() - 60_000);
  await utimes(lock, minuteAgo, minuteAgo);

  await ensureEntry('kind/name', (target) => writeFile(join(target, 'file'), ''));

  expect(await readdir(join(folder, 'kind'))).toEqual(['name']);
});

it('stops waiting for another process when the user has had enough', async () => {
  const stop = new AbortController();
  await mkdir(join(folder, 'kind'));
  await writeFile(join(folder, 'kind/name.lock'), String(process.ppid));

  const waiting = ensureEntry(
    'kind/name',
    () => Promise.resolve(),
    () => stop.abort(),
    stop.signal,
  );

  await expect(waiting).rejects.toMatchObject({ code: 'ABORT_ERR' });
});
