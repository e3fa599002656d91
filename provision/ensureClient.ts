import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from './cache.ts';
import { ROOT } from './command.ts';
import { ProvisionError } from './ProvisionError.ts';
import { CommandError, run } from './run.ts';
import type { Step } from './Step.ts';

const DIST = join(ROOT, 'client', 'dist');
/** Beside the result rather than in it: everything in there is served. */
const STAMP = join(ROOT, 'node_modules', '.parley-client');
const SOURCE_FOLDERS = ['client', 'protocol'];

/** Builds the client with Vite unless its result is already that of the present sources. */
export async function ensureClient(step: Step): Promise<void> {
  const sources = hashSources();
  const built = await readFile(STAMP, 'utf8').catch(() => '');
  if (built === sources && (await exists(join(DIST, 'index.html')))) {
    step.outcome = 'ready (unchanged)';
    return;
  }

  step.progress('building');
  try {
    await run(
      process.execPath,
      [
        join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js'),
        'build',
        '--config',
        'client/vite.config.ts',
      ],
      { cwd: ROOT, signal: step.signal },
    );
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new ProvisionError(
      `The client could not be built:\n${error.output}`,
      'Undo the last changes in client/ or protocol/, or correct what the message above names.',
      error,
    );
  }
  await mkdir(join(ROOT, 'node_modules'), { recursive: true });
  await writeFile(STAMP, sources);
  step.outcome = 'built';
}

function hashSources(): string {
  const files = SOURCE_FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.startsWith(DIST))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const hash = createHash('sha256');
  for (const file of [...files.sort(), join(ROOT, 'package-lock.json')]) {
    hash.update(`${file.slice(ROOT.length)}\n`).update(readFileSync(file));
  }
  return hash.digest('hex');
}
