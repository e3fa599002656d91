import { once } from 'node:events';
import { join } from 'node:path';
import { cacheDir } from '../cache.ts';
import { ROOT, runCommand } from '../command.ts';
import { ensureClient } from '../ensureClient.ts';
import { ensureWorker } from '../ensureWorker.ts';
import { signalGroup, spawnGroup } from '../run.ts';
import { runStep } from '../Step.ts';

await runCommand(async ({ stop, force, args }) => {
  console.log(`✔ Node ${process.versions.node}`);
  const workerBin = await runStep('Media worker', stop, ensureWorker);
  await runStep('Client', stop, ensureClient);

  // In a group of its own: Ctrl-C reaches every process of the terminal's group at once, and would
  // end the media workers before the server could close them. The IPC channel tells the server when
  // this process is gone.
  const server = spawnGroup(process.execPath, [join(ROOT, 'server', 'index.ts'), ...args], {
    cwd: ROOT,
    env: {
      // What Node makes of TypeScript is kept: a later start is faster and takes less memory.
      NODE_COMPILE_CACHE: join(cacheDir(), 'compiled'),
      ...process.env,
      MEDIASOUP_WORKER_BIN: workerBin,
    },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const onStop = () => server.kill('SIGTERM');
  stop.addEventListener('abort', onStop, { once: true });
  force.addEventListener('abort', () => signalGroup(server, 'SIGKILL'), { once: true });
  if (stop.aborted) onStop();

  const [code] = (await once(server, 'exit')) as [number | null];
  // Nothing that the server has started may outlive it, even if it crashed.
  signalGroup(server, 'SIGKILL');
  return code ?? 1;
});
