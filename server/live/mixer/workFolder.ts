import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The number of the process that has a folder follows. */
const WORK_PREFIX = 'parley-mixer-';
/** Of what is there for as long as the process is. */
export const COMPILED_PREFIX = 'parley-compiled-';

/** A folder for segments in the clear, named by this process; nobody else may look into it. */
export function createWorkFolder(parent = tmpdir()): Promise<string> {
  return mkdtemp(join(parent, `${WORK_PREFIX}${process.pid}-`));
}

/** Removes what processes that were killed have left. @returns how many folders */
export async function removeStaleWork(parent = tmpdir()): Promise<number> {
  const names = await readdir(parent);
  const stale = names.filter((name) => {
    const pid = new RegExp(`^(?:${WORK_PREFIX}|${COMPILED_PREFIX})(\\d+)-`).exec(name)?.[1];
    return pid !== undefined && !isAlive(Number(pid));
  });
  for (const name of stale) await rm(join(parent, name), { recursive: true, force: true });
  return stale.length;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
