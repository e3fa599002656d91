import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** What mixers of this process could forget: processes and folders. */
export async function possessions() {
  const pid = process.pid;
  const { stdout } = await execute('ps', ['-o', 'args', '--no-headers', '--ppid', String(pid)]);
  const children = stdout.split('\n').filter((line) => /ffmpeg|mixerProcess/.test(line)).length;
  return { children, folders: await workFolders() };
}

export async function workFolders(): Promise<string[]> {
  const names = await readdir(tmpdir());
  return names.filter((name) => name.startsWith(`parley-mixer-${process.pid}-`)).sort();
}
