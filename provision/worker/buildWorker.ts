import { createWriteStream } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir } from '../cache.ts';
import { ensureDebianPackages, isDebian } from '../debian.ts';
import { ProvisionError } from '../ProvisionError.ts';
import { CommandError, run, type RunOptions } from '../run.ts';
import type { Step } from '../Step.ts';
import type { MediasoupPackage } from './mediasoupPackage.ts';

const DEBIAN_PACKAGES = [
  'g++',
  'cmake',
  'ninja-build',
  'pkg-config',
  'libuv1-dev',
  'libssl-dev',
  'libsrtp2-dev',
  'libabsl-dev',
  'libflatbuffers-dev',
  'flatbuffers-compiler',
];

/** Compiles the worker from the sources in mediasoup's npm package into `folder`. */
export async function buildWorker(
  mediasoup: MediasoupPackage,
  folder: string,
  step: Step,
): Promise<void> {
  if (await isDebian()) {
    await ensureDebianPackages(DEBIAN_PACKAGES, 'compile the media worker', step);
  }

  const buildDir = join(folder, 'build');
  const logFile = join(cacheDir(), 'logs', 'worker-build.log');
  await mkdir(join(cacheDir(), 'logs'), { recursive: true });
  const log = createWriteStream(logFile);
  const options: RunOptions = {
    signal: step.signal,
    // `[finished/total]` only: that much is parsed below.
    env: { ...process.env, NINJA_STATUS: '[%f/%t] ' },
    onLine: (line) => {
      log.write(`${line}\n`);
      const counted = /^\[(\d+\/\d+)\]/.exec(line);
      if (counted) step.progress(`compiling ${counted[1]}`);
    },
  };

  try {
    step.progress('preparing to compile');
    await run(
      'cmake',
      [
        '-G',
        'Ninja',
        '-S',
        import.meta.dirname,
        '-B',
        buildDir,
        `-DMEDIASOUP_WORKER_DIR=${mediasoup.workerDir}`,
      ],
      options,
    );
    await run('ninja', ['-C', buildDir, 'mediasoup-worker'], options);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new ProvisionError(
      `The media worker could not be compiled:\n${error.output.split('\n').slice(-12).join('\n')}`,
      `The whole log is in ${logFile}. ` +
        'docs/provisioning.md lists what compiling needs, and how to use a worker from elsewhere with MEDIASOUP_WORKER_BIN.',
      error,
    );
  } finally {
    log.end();
  }
  await copyFile(join(buildDir, 'mediasoup-worker'), join(folder, 'mediasoup-worker'));
}
