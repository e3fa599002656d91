import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataDir, DataDirError } from '../../../../server/config/DataDir.ts';

let parent: string;
let path: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'parley-data-'));
  path = join(parent, 'data');
});
afterEach(() => rm(parent, { recursive: true }));

/** The id of a process that is no more. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

test('is this user’s alone, and is held until it is released', async () => {
  const dir = await DataDir.open(path);
  expect((await stat(path)).mode & 0o777).toBe(0o700);
  const second = DataDir.open(path);
  await expect(second).rejects.toBeInstanceOf(DataDirError);
  await expect(second).rejects.toThrow(`in use by process ${process.pid}`);
  await dir.release();
  await dir.release();
  await (await DataDir.open(path)).release();
  expect(await readdir(path)).toEqual([]);
});

test('is taken from a process that is dead', async () => {
  await (await DataDir.open(path)).release();
  const dead = JSON.stringify({ pid: await deadPid(), startedAt: null, held: true });
  await writeFile(join(path, 'server.lock.of-another'), dead);
  await (await DataDir.open(path)).release();
  expect(await readdir(path)).toEqual([]);
});

test('is taken from a lock that nobody can read', async () => {
  await (await DataDir.open(path)).release();
  await writeFile(join(path, 'server.lock.of-another'), '{"pid":');
  await (await DataDir.open(path)).release();
});

test.runIf(process.platform === 'linux')('knows a reused process id by its start', async () => {
  await (await DataDir.open(path)).release();
  const other = { pid: process.pid, startedAt: 'another boot:1', held: true };
  await writeFile(join(path, 'server.lock.of-another'), JSON.stringify(other));
  await (await DataDir.open(path)).release();
});

test('goes to one of many who want it at the same moment', async () => {
  for (let round = 0; round < 10; round++) {
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => DataDir.open(path)));
    const held = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    expect(held).toHaveLength(1);
    await held[0]?.value.release();
  }
});

test('keeps a secret, and makes a cut one anew', async () => {
  const dir = await DataDir.open(path);
  const secret = await dir.keepSecret('jwt-secret');
  expect(secret.length).toBeGreaterThanOrEqual(43);
  expect(await dir.keepSecret('jwt-secret')).toBe(secret);
  expect((await stat(join(path, 'jwt-secret'))).mode & 0o777).toBe(0o600);
  await writeFile(join(path, 'jwt-secret'), secret.slice(0, 10));
  const next = await dir.keepSecret('jwt-secret');
  expect(next).not.toBe(secret);
  expect(next.length).toBeGreaterThanOrEqual(43);
  await dir.release();
});

test('says what to do where it cannot be made', async () => {
  const file = join(parent, 'file');
  await writeFile(file, '');
  const opening = DataDir.open(join(file, 'data'));
  await expect(opening).rejects.toBeInstanceOf(DataDirError);
  await expect(opening).rejects.toThrow('server.dataDir');
});
