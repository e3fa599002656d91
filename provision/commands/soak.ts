import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT, runCommand } from '../command.ts';
import { ensureBrowser } from '../ensureBrowser.ts';
import { ensureClient } from '../ensureClient.ts';
import { ensureRedis } from '../ensureRedis.ts';
import { ensureWorker } from '../ensureWorker.ts';
import { spawnGroup, stopGroup } from '../run.ts';
import { runStep } from '../Step.ts';

await runCommand(async ({ stop, args }) => {
  const workerBin = await runStep('Media worker', stop, ensureWorker);
  const chromium = await runStep('Browser', stop, ensureBrowser);
  const redis = await runStep('Redis', stop, (step) => ensureRedis(step, 'run a soak'));
  await runStep('Client', stop, ensureClient);

  const soak = spawnGroup(process.execPath, [join(ROOT, 'test/e2e/soak/main.ts'), ...args], {
    cwd: ROOT,
    env: {
      ...process.env,
      MEDIASOUP_WORKER_BIN: workerBin,
      PARLEY_CHROMIUM: chromium,
      PARLEY_REDIS_SERVER: redis,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const onStop = () => void stopGroup(soak);
  stop.addEventListener('abort', onStop, { once: true });
  const [code] = (await once(soak, 'exit')) as [number | null];
  return code ?? 1;
});
