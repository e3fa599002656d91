import { appendFile, copyFile, link, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Makes one folder of segments of several: segments are numbered by the clock, so that none stands in another's
 * place, and of each other file (the index) what later parts have follows.
 * @param folders in the order of time; those that are not there count as empty
 * @returns the folder; null where there is nothing at all
 */
export async function mergeParts(
  folders: readonly string[],
  target: string,
): Promise<string | null> {
  const filled = [];
  for (const folder of folders) {
    const names = await namesIn(folder);
    if (names.length > 0) filled.push({ folder, names });
  }
  const [only] = filled;
  if (!only) return null;
  if (filled.length === 1) return only.folder;
  await mkdir(target, { recursive: true });
  for (const { folder, names } of filled) {
    for (const name of names) {
      const from = join(folder, name);
      const to = join(target, name);
      // The index may end within a line: its process was killed.
      if (!name.endsWith('.ts')) await appendFile(to, wholeLines(await readFile(from)));
      else await link(from, to).catch(() => copyFile(from, to));
    }
  }
  return target;
}

function wholeLines(content: Buffer): Buffer {
  return content.subarray(0, content.lastIndexOf('\n') + 1);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    return names.filter((name) => !name.startsWith('.')).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
