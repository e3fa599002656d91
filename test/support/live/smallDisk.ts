import { execFile } from 'node:child_process';
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const MEGABYTE = 2 ** 20;

/** A disk on which there may be no room left. */
export interface SmallDisk {
  readonly folder: string;
  /** What whoever writes is told when there is none. */
  readonly code: 'ENOSPC' | 'EFBIG';
  /** @param pid of the process that is to find no room */
  fill(pid: number): Promise<void>;
  free(pid: number): Promise<void>;
  remove(): Promise<void>;
}

/**
 * A file system of its own in memory; where nobody may mount one, a folder in which a process may write no file at
 * all, which differs in the error's code alone.
 */
export async function openSmallDisk(megabytes: number): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-disk-'));
  try {
    await execute('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=700`, 'tmpfs', folder]);
  } catch {
    return limitedFolder(folder);
  }
  const filler = join(folder, 'filler');
  return {
    folder,
    code: 'ENOSPC',
    async fill() {
      const { bavail, bsize } = await statfs(folder);
      // More than there is: what was freed meanwhile is taken, too.
      const wanted = Buffer.alloc(bavail * bsize + MEGABYTE);
      await writeFile(filler, wanted).catch(() => undefined);
    },
    free: () => rm(filler),
    async remove() {
      await execute('umount', ['-l', folder]);
      await rm(folder, { recursive: true });
    },
  };
}

function limitedFolder(folder: string): SmallDisk {
  const limit = async (pid: number, bytes: string) => {
    await execute('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);
  };
  return {
    ...{ folder, code: 'EFBIG' },
    fill: (pid) => limit(pid, '0'),
    free: (pid) => limit(pid, 'unlimited'),
    remove: () => rm(folder, { recursive: true }),
  };
}
