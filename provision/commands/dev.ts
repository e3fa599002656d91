import { once } from 'node:events';
import { join } from 'node:path';
import { createServer } from 'vite';
import { ROOT, runCommand } from '../command.ts';
import { ensureWorker } from '../ensureWorker.ts';
import { signalGroup, spawnGroup } from '../run.ts';
import { runStep } from '../Step.ts';

const SERVER_PORT = Number(process.env['PORT'] ?? 4501);
const CLIENT_PORT = 4500;
/** Under the same origin in production, so the dev server passes these on. */
const SERVER_PATHS = ['/api', '/socket.io', '/healthz', '/readyz', '/metrics'];

await runCommand(async ({ stop, force, args }) => {
  const workerBin = await runStep('Media worker', stop, ensureWorker);

  const target = `http://127.0.0.1:${SERVER_PORT}`;
  const client = await createServer({
    configFile: join(ROOT, 'client', 'vite.config.ts'),
    server: {
      port: CLIENT_PORT,
      strictPort: true,
      proxy: Object.fromEntries(
        SERVER_PATHS.map((path) => [path, { target, ws: path === '/socket.io' }]),
      ),
    },
  });
  await client.listen();
  console.log('✔ Client, reloading on every change:');
  client.printUrls();

  // A group of its own for the reason given in start.ts.
  const server = spawnGroup(
    process.execPath,
    ['--watch', '--watch-preserve-output', join(ROOT, 'server', 'index.ts'), ...args],
    {
      cwd: ROOT,
      env: { ...process.env, MEDIASOUP_WORKER_BIN: workerBin },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  );
  const onStop = () => server.kill('SIGTERM');
  stop.addEventListener('abort', onStop, { once: true });
  force.addEventListener('abort', () => signalGroup(server, 'SIGKILL'), { once: true });
  if (stop.aborted) onStop();

  await once(server, 'exit');
  signalGroup(server, 'SIGKILL');
  await client.close();
  return 1;
});
