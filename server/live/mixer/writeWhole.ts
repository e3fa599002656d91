import { rename, rm, writeFile } from 'node:fs/promises';

/** Whoever reads meanwhile gets what was before. @throws what writing throws; then that is still there */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
