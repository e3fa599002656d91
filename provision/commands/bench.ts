import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT, runCommand } from '../command.ts';
import { ensureBrowser } from '../ensureBrowser.ts';
import { ensureClient } from '../ensureClient.ts';
import { ensureWorker } from '../ensureWorker.ts';
import { ProvisionError } from '../ProvisionError.ts';
import { spawnGroup, stopGroup } from '../run.ts';
import { runStep } from '../Step.ts';

const SUFFIX = '.bench.ts';

await runCommand(async ({ stop, args }) => {
  const files = await chooseFiles(args);
  const workerBin = await runStep('Media worker', stop, ensureWorker);
  const chromium = await runStep('Browser', stop, ensureBrowser);
  await runStep('Client', stop, ensureClient);

  let failures = 0;
  // One after another: they measure, and must not disturb each other.
  for (const file of files) {
    stop.throwIfAborted();
    const bench = spawnGroup(process.execPath, [join(ROOT, 'bench', file)], {
      cwd: ROOT,
      env: { ...process.env, MEDIASOUP_WORKER_BIN: workerBin, PARLEY_CHROMIUM: chromium },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const onStop = () => void stopGroup(bench);
    stop.addEventListener('abort', onStop, { once: true });
    const [code] = (await once(bench, 'exit')) as [number | null];
    stop.removeEventListener('abort', onStop);
    if (code !== 0) {
      failures++;
      if (!stop.aborted) console.error(`✖ ${file} failed`);
    }
  }
  return failures === 0 ? 0 : 1;
});

/** All benchmarks, or those whose names begin with one of `wanted`. */
async function chooseFiles(wanted: readonly string[]): Promise<string[]> {
  const all = (await readdir(join(ROOT, 'bench'))).filter((name) => name.endsWith(SUFFIX)).sort();
  const files = all.filter(
    (name) => wanted.length === 0 || wanted.some((prefix) => name.startsWith(prefix)),
  );
  if (files.length > 0) return files;
  throw new ProvisionError(
    'There is no such benchmark.',
    `Choose from: ${all.map((name) => name.slice(0, -SUFFIX.length)).join(', ') || '(none yet)'}`,
  );
}
