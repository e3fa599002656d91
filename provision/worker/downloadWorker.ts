import { createWriteStream } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { release } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { run } from '../run.ts';
import type { Step } from '../Step.ts';
import type { MediasoupPackage } from './mediasoupPackage.ts';

const DOWNLOAD_TIMEOUT_MS = 15_000;

/**
 * Downloads the worker that mediasoup publishes for this version and platform into `folder`, under
 * the same names and environment variables as mediasoup's own installer. Answers whether it did:
 * without internet, or on a platform without such a worker, the caller builds one.
 */
export async function downloadWorker(
  mediasoup: MediasoupPackage,
  folder: string,
  step: Step,
): Promise<boolean> {
  if (process.env['MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD']) return false;

  step.progress('downloading');
  const signal = AbortSignal.any([step.signal, AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS)]);
  const archive = join(folder, 'worker.tgz');
  try {
    const response = await fetch(prebuiltUrl(mediasoup), { signal });
    if (!response.ok || !response.body) return false;
    await pipeline(Readable.fromWeb(response.body), createWriteStream(archive), { signal });
    await run('tar', ['-xzf', archive, '-C', folder], { signal });
    await chmod(join(folder, 'mediasoup-worker'), 0o755);
    return true;
  } catch {
    step.signal.throwIfAborted();
    return false;
  } finally {
    await rm(archive, { force: true });
  }
}

function prebuiltUrl({ version, repositoryUrl }: MediasoupPackage): string {
  const base =
    process.env['MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL'] ??
    `${repositoryUrl}/releases/download`;
  const kernel = process.platform === 'linux' ? `-kernel${release().split('.')[0]}` : '';
  return `${base}/${version}/mediasoup-worker-${version}-${process.platform}-${process.arch}${kernel}.tgz`;
}
