import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureEntry, removeEntry } from './cache.ts';
import { ProvisionError } from './ProvisionError.ts';
import { silentStep, type Step } from './Step.ts';
import { buildWorker } from './worker/buildWorker.ts';
import { downloadWorker } from './worker/downloadWorker.ts';
import { findMediasoup, type MediasoupPackage } from './worker/mediasoupPackage.ts';

const BINARY = 'mediasoup-worker';
/** What the worker answers when it is started without mediasoup's version in the environment. */
const EXIT_CODE_WITHOUT_VERSION = 41;

/**
 * The path of a media worker that has been proven to work here: the one named by
 * `MEDIASOUP_WORKER_BIN`, else the cached one, else mediasoup's prebuilt one, else one compiled
 * from source.
 */
export async function ensureWorker(step: Step = silentStep()): Promise<string> {
  const mediasoup = findMediasoup();
  const given = process.env['MEDIASOUP_WORKER_BIN'];
  if (given) return checkGiven(given, mediasoup, step);

  const entry = join('worker', cacheKey(mediasoup));
  const make = () =>
    ensureEntry(
      entry,
      (folder) => makeWorker(mediasoup, folder, step),
      () => step.progress('waiting for another Parley that is preparing it'),
      step.signal,
    );

  step.outcome = 'ready (cached)';
  let binary = join(await make(), BINARY);
  if (!startsHere(binary)) {
    // For instance because the libraries that it was compiled against have been removed.
    await removeEntry(entry);
    binary = join(await make(), BINARY);
  }
  return binary;
}

async function makeWorker(mediasoup: MediasoupPackage, folder: string, step: Step): Promise<void> {
  const binary = join(folder, BINARY);
  if (await downloadWorker(mediasoup, folder, step)) {
    if (startsHere(binary) && (await works(binary, step))) {
      step.outcome = 'downloaded';
      return;
    }
    await rm(binary, { force: true });
  }
  await buildWorker(mediasoup, folder, step);
  await prove(binary, step);
  await rm(join(folder, 'build'), { recursive: true, force: true });
  step.outcome = 'compiled';
}

/** A worker that the user brings is proven once per version of the file. */
async function checkGiven(
  binary: string,
  mediasoup: MediasoupPackage,
  step: Step,
): Promise<string> {
  const file = await stat(binary).catch(() => undefined);
  if (!file?.isFile()) {
    throw new ProvisionError(
      `MEDIASOUP_WORKER_BIN is set to ${binary}, which is not a file.`,
      'Set it to the path of a mediasoup worker, or unset it to let Parley provide one.',
    );
  }
  const identity = JSON.stringify([binary, file.size, file.mtimeMs, mediasoup.version]);
  const entry = join('worker', 'given', createHash('sha256').update(identity).digest('hex'));
  await ensureEntry(entry, () => prove(binary, step));
  step.outcome = 'ready (MEDIASOUP_WORKER_BIN)';
  return binary;
}

async function works(binary: string, step: Step): Promise<boolean> {
  return prove(binary, step).then(
    () => true,
    () => false,
  );
}

async function prove(binary: string, step: Step): Promise<void> {
  step.progress('verifying');
  // Loaded only when needed: a cached worker has been verified already.
  const { verifyWorker } = await import('./worker/verifyWorker.ts');
  try {
    await verifyWorker(binary);
  } catch (error) {
    throw new ProvisionError(
      `The media worker ${binary} does not work on this machine: ${(error as Error).message}`,
      'Set MEDIASOUP_WORKER_BIN to a mediasoup worker that does; docs/provisioning.md tells how to build one.',
      error,
    );
  }
}

function startsHere(binary: string): boolean {
  return spawnSync(binary, { env: {}, stdio: 'ignore' }).status === EXIT_CODE_WITHOUT_VERSION;
}

/** Names everything that a worker depends on, so that a change of any makes another worker. */
function cacheKey(mediasoup: MediasoupPackage): string {
  const recipe = createHash('sha256');
  const folder = join(import.meta.dirname, 'worker');
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (/\.(txt|h)$/.test(name))
      recipe.update(`${name}\n`).update(readFileSync(join(folder, name)));
  }
  recipe.update(systemLibraries());
  return [
    mediasoup.version,
    process.platform,
    process.arch,
    recipe.digest('hex').slice(0, 12),
  ].join('-');
}

/** A worker is linked against the libraries of one release of one distribution. */
function systemLibraries(): string {
  try {
    const release = readFileSync('/etc/os-release', 'utf8');
    return release
      .split('\n')
      .filter((line) => /^(ID|VERSION_ID)=/.test(line))
      .join('\n');
  } catch {
    return '';
  }
}
