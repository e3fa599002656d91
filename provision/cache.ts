import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const LOCK_POLL_MS = 250;
const LOCK_REFRESH_MS = 5_000;
const LOCK_EXPIRY_MS = 30_000;

/** The one folder outside the checkout where Parley keeps anything; see docs/provisioning.md. */
export function cacheDir(): string {
  const { PARLEY_CACHE_DIR, XDG_CACHE_HOME } = process.env;
  return PARLEY_CACHE_DIR ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'parley');
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/**
 * Makes the folder `entry` of the cache unless it exists. `build` fills a temporary folder beside
 * it, which is then renamed: an entry is complete or absent, whatever is interrupted. Of several
 * processes that want the same entry, one builds and the others wait for it.
 */
export async function ensureEntry(
  entry: string,
  build: (folder: string) => Promise<void>,
  onWait: () => void = () => undefined,
  signal?: AbortSignal,
): Promise<string> {
  const target = join(cacheDir(), entry);
  if (await exists(target)) return target;

  await mkdir(dirname(target), { recursive: true });
  const release = await acquireLock(`${target}.lock`, onWait, signal);
  const temporary = `${target}.${process.pid}.tmp`;
  try {
    if (await exists(target)) return target;
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary);
    await build(temporary);
    await rename(temporary, target).catch(async (error: unknown) => {
      // After a pause longer than the lock's life, another process may have made it too.
      if (!(await exists(target))) throw error;
    });
    return target;
  } finally {
    await rm(temporary, { recursive: true, force: true });
    await release();
  }
}

export async function removeEntry(entry: string): Promise<void> {
  await rm(join(cacheDir(), entry), { recursive: true, force: true });
}

/** A lock is a file that names its owner's process and is touched while that lives. */
async function acquireLock(
  path: string,
  onWait: () => void,
  signal: AbortSignal | undefined,
): Promise<() => Promise<void>> {
  for (;;) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx' });
      const timer = setInterval(() => {
        utimes(path, new Date(), new Date()).catch(() => undefined);
      }, LOCK_REFRESH_MS);
      return async () => {
        clearInterval(timer);
        await rm(path, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }

    if (await isStale(path)) {
      // Only one of the waiting processes succeeds in moving the stale lock away.
      const stale = `${path}.${process.pid}.stale`;
      await rename(path, stale).catch(() => undefined);
      await rm(stale, { force: true });
      continue;
    }
    onWait();
    await sleep(LOCK_POLL_MS, undefined, { ...(signal && { signal }) });
  }
}

/** The age matters where process numbers do not: in containers that share the cache. */
async function isStale(path: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(path);
    const owner = Number(await readFile(path, 'utf8'));
    return Date.now() - mtimeMs > LOCK_EXPIRY_MS || (owner > 0 && !isAlive(owner));
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
