import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecret } from '../core/ids.ts';

const LOCK_FILE = 'server.lock';
const MIN_SECRET_LENGTH = 32;

/** The data folder cannot be used; the message says why and what to do. */
export class DataDirError extends Error {
  override name = 'DataDirError';
}

/** A process, so that its id taken over by another process or container is not mistaken for it. */
interface ProcessIdentity {
  pid: number;
  /** Boot id and start time in clock ticks; null where there is no /proc. */
  startedAt: string | null;
}

/** The server's own folder, held by one process. Made with `DataDir.open`. */
export class DataDir {
  readonly path: string;
  readonly #lock: string;
  #released = false;

  private constructor(path: string, lock: string) {
    this.path = path;
    this.#lock = lock;
  }

  /**
   * Creates the folder (0700) where it is missing and locks it.
   * @throws DataDirError when it cannot be written to or another process holds it
   */
  static async open(path: string): Promise<DataDir> {
    try {
      await mkdir(path, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw new DataDirError(
        `The data folder ${path} cannot be created (${codeOf(error)}): ` +
          'make its parent writable or set server.dataDir.',
        { cause: error },
      );
    }
    return new DataDir(path, await acquireLock(path));
  }

  /** Lets another process have the folder. Idempotent. */
  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    const holder = await readHolder(join(this.path, LOCK_FILE));
    if (holder?.text === this.#lock) await unlink(join(this.path, LOCK_FILE));
  }

  /** The secret kept in the file `name` (0600); 256 new random bits the first time. */
  async keepSecret(name: string): Promise<string> {
    const file = join(this.path, name);
    const kept = await readFile(file, 'utf8').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return '';
      throw error;
    });
    // A shorter one was cut off by a crash or an editor: it must not sign anything.
    if (kept.trim().length >= MIN_SECRET_LENGTH) return kept.trim();
    const secret = createSecret();
    await this.writePrivate(name, `${secret}\n`);
    return secret;
  }

  /** Writes a file that only this user may read; a crash leaves the old content or the new. */
  async writePrivate(name: string, content: string): Promise<void> {
    const temporary = join(this.path, `.${name}.${randomUUID()}`);
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, join(this.path, name));
  }
}

/** Content of the lock that was acquired. */
async function acquireLock(path: string): Promise<string> {
  const lock = join(path, LOCK_FILE);
  const mine = { pid: process.pid, startedAt: await startOf(process.pid), id: randomUUID() };
  const text = `${JSON.stringify(mine)}\n`;
  // Written in full and then linked into place: nobody ever reads half a lock.
  const draft = `${lock}.${mine.id}`;
  try {
    await writeFile(draft, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw new DataDirError(
      `The data folder ${path} cannot be written to (${codeOf(error)}): ` +
        'make it writable for this user or set server.dataDir.',
      { cause: error },
    );
  }
  try {
    for (;;) {
      if (await tryLink(draft, lock)) return text;
      const holder = await readHolder(lock);
      if (holder === null) continue;
      if (holder.identity && (await isAlive(holder.identity))) throw heldBy(path, holder.identity);
      await bury(path, lock, holder.text);
    }
  } finally {
    await unlink(draft);
  }
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes a dead process's lock. A rename takes the file away from everyone else who found it dead;
 * if what it took is another contender's fresh lock, that one goes back.
 */
async function bury(path: string, lock: string, dead: string): Promise<void> {
  const grave = `${lock}.${randomUUID()}`;
  try {
    await rename(lock, grave);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  const taken = await readHolder(grave);
  if (taken && taken.text !== dead) {
    await tryLink(grave, lock);
    await unlink(grave);
    throw heldBy(path, taken.identity);
  }
  await unlink(grave);
}

function heldBy(path: string, identity: ProcessIdentity | null): DataDirError {
  return new DataDirError(
    `The data folder ${path} is in use by process ${identity?.pid ?? 'unknown'}: ` +
      'stop that server, or give this one its own server.dataDir.',
  );
}

async function readHolder(
  lock: string,
): Promise<{ text: string; identity: ProcessIdentity | null } | null> {
  let text: string;
  try {
    text = await readFile(lock, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  return { text, identity: parseIdentity(text) };
}

function parseIdentity(text: string): ProcessIdentity | null {
  try {
    const { pid, startedAt } = JSON.parse(text) as Partial<ProcessIdentity>;
    if (!Number.isInteger(pid) || pid === undefined || pid <= 0) return null;
    return { pid, startedAt: startedAt ?? null };
  } catch {
    return null;
  }
}

async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    // EPERM: it lives, under another user.
    if (codeOf(error) !== 'EPERM') return false;
  }
  const startedAt = await startOf(identity.pid);
  return startedAt === null || identity.startedAt === null || startedAt === identity.startedAt;
}

/** What tells a process from an earlier one with the same id; null where there is no /proc. */
async function startOf(pid: number): Promise<string | null> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field, the name in parentheses, may contain spaces: count from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields[19];
    return ticks === undefined ? null : `${boot.trim()}:${ticks}`;
  } catch {
    return null;
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'error';
}
