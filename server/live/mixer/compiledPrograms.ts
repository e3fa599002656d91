import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMPILED_PREFIX } from './workFolder.ts';

let folder: string | null = null;

/**
 * Where mixers keep their program as it was compiled: the next one is there in a third of the time. Nobody else may
 * write there, for what is there is run. It goes with this process.
 */
export function compiledPrograms(): string {
  const given = process.env['NODE_COMPILE_CACHE'];
  if (given) return given;
  if (folder === null) {
    const own = mkdtempSync(join(tmpdir(), `${COMPILED_PREFIX}${process.pid}-`));
    folder = own;
    process.once('exit', () => rmSync(own, { recursive: true, force: true }));
  }
  return folder;
}
