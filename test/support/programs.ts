import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';

/** A folder for each test, and programs in it that do nothing. */
export function useProgramFolder() {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-programs-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  return {
    get path() {
      return folder;
    },
    /** @returns where it is */
    async make(name: string): Promise<string> {
      const path = join(folder, name);
      await writeFile(path, '#!/bin/sh\n');
      await chmod(path, 0o755);
      return path;
    },
  };
}
