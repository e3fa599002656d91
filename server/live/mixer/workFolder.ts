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

/**
 * Removes what processes that were killed have left. What one of their children still writes to may resist: that is
 * left for another time, and keeps nobody from removing the rest.
 * @param remove a folder with all that is in it
 * @returns how many folders were removed, and those that are still there
 */
export async function removeStaleWork(
  parent = tmpdir(),
  remove: (folder: string) => Promise<void> = removeFolder,
): Promise<{ removed: number; left: string[] }> {
  const stale = (await readdir(parent)).filter((name) => {
    const pid = new RegExp(`^(?:${WORK_PREFIX}|${COMPILED_PREFIX})(\\d+)-`).exec(name)?.[1];
    return pid !== undefined && !isAlive(Number(pid));
  });
  const folders = stale.map((name) => join(parent, name));
  const outcomes = await Promise.allSettled(folders.map((folder) => remove(folder)));
  const left = folders.filter((_, index) => outcomes[index]?.status === 'rejected');
  return { removed: folders.length - left.length, left };
}

function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
