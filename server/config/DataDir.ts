import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecret } from '../core/ids.ts';
import { lockFolder } from './folderLock.ts';

const MIN_SECRET_LENGTH = 32;

/** The data folder cannot be used; the message says why and what to do. */
export class DataDirError extends Error {
  override name = 'DataDirError';
}

/** The server's own folder, held by one process. Made with `DataDir.open`. */
export class DataDir {
  readonly path: string;
  readonly #release: () => Promise<void>;

  private constructor(path: string, release: () => Promise<void>) {
    this.path = path;
    this.#release = release;
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
    const lock = await lockFolder(path).catch((error: unknown) => {
      throw new DataDirError(
        `The data folder ${path} cannot be written to (${codeOf(error)}): ` +
          'make it writable for this user or set server.dataDir.',
        { cause: error },
      );
    });
    if (!lock.acquired) {
      throw new DataDirError(
        `The data folder ${path} is in use by process ${lock.holderPid}: ` +
          'stop that server, or give this one its own server.dataDir.',
      );
    }
    return new DataDir(path, lock.release);
  }

  /** Lets another process have the folder. Idempotent. */
  release(): Promise<void> {
    return this.#release();
  }

  /** The secret kept in the file `name` (0600); 256 new random bits the first time. */
  async keepSecret(name: string): Promise<string> {
    const kept = await readSecret(this.path, name);
    if (kept !== null) return kept;
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

/** A secret that a server has kept in its folder; null where there is none. */
export async function readSecret(folder: string, name: string): Promise<string | null> {
  const kept = await readFile(join(folder, name), 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  });
  // A shorter one was cut off by a crash or an editor: it must not sign anything.
  return kept.trim().length >= MIN_SECRET_LENGTH ? kept.trim() : null;
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'error';
}
