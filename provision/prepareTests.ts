import { ensureBrowser } from './ensureBrowser.ts';
import { ensureClient } from './ensureClient.ts';
import { ensureFfmpeg } from './ensureFfmpeg.ts';
import { ensureRedis } from './ensureRedis.ts';
import { ensureWorker } from './ensureWorker.ts';
import { findTurn, turnEnv } from './findTurn.ts';
import { runStep } from './Step.ts';

/**
 * Gets everything that tests need around them, and says so.
 * @returns the environment in which they find it
 * @throws ProvisionError with what to do where something cannot be had
 */
export async function prepareTests(stop: AbortSignal): Promise<NodeJS.ProcessEnv> {
  console.log(`✔ Node ${process.versions.node}`);
  const workerBin = await runStep('Media worker', stop, ensureWorker);
  const chromium = await runStep('Browser', stop, ensureBrowser);
  const redis = await runStep('Redis', stop, ensureRedis);
  const ffmpeg = await runStep('FFmpeg', stop, ensureFfmpeg);
  const turn = await runStep('TURN server', stop, findTurn);
  await runStep('Client', stop, ensureClient);
  return {
    ...process.env,
    MEDIASOUP_WORKER_BIN: workerBin,
    PARLEY_CHROMIUM: chromium,
    PARLEY_REDIS_SERVER: redis,
    PARLEY_FFMPEG: ffmpeg,
    ...turnEnv(turn),
  };
}
