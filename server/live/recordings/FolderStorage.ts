import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../core/AppError.ts';
import { assertKey, type ByteRange, type RecordingStorage } from './RecordingStorage.ts';

/** Keeps recordings in a folder, which all nodes of a cluster share. */
export class FolderStorage implements RecordingStorage {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(key: string, content: Readable): Promise<number> {
    const path = this.#pathOf(key);
    // What goes wrong with it before it is read is told when it is.
    content.on('error', () => undefined);
    await mkdir(dirname(path), { recursive: true });
    const unfinished = join(dirname(path), `.${randomUUID()}`);
    try {
      await pipeline(content, createWriteStream(unfinished, { flush: true }));
      const { size } = await stat(unfinished);
      await rename(unfinished, path);
      return size;
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    try {
      const file = await open(this.#pathOf(key));
      return createReadStream('', { fd: file, ...range });
    } catch (error) {
      if (isMissing(error)) throw new AppError('NOT_FOUND', { cause: error });
      throw error;
    }
  }

  async list(prefix: string): Promise<string[]> {
    const below = dirname(`${prefix}_`);
    const folder = below === '.' ? this.#folder : this.#pathOf(below);
    try {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
        .map(({ parentPath, name }) => relative(this.#folder, join(parentPath, name)))
        .map((path) => path.split(sep).join('/'))
        .filter((key) => key.startsWith(prefix));
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (const key of keys) await rm(this.#pathOf(key), { force: true });
    // What is empty now goes too, as far as nobody else puts anything there.
    for (const folder of new Set(keys.map((key) => dirname(this.#pathOf(key))))) {
      await this.#removeEmpty(folder);
    }
  }

  async #removeEmpty(folder: string): Promise<void> {
    for (let path = folder; path.startsWith(this.#folder + sep); path = dirname(path)) {
      try {
        await rmdir(path);
      } catch {
        return;
      }
    }
  }

  #pathOf(key: string): string {
    assertKey(key);
    return join(this.#folder, ...key.split('/'));
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
