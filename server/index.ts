import { localAddresses } from './config/addresses.ts';
import { DataDirError } from './config/DataDir.ts';
import { ConfigError, loadConfig, type Config } from './config/loadConfig.ts';
import { createServer, type ParleyServer } from './createServer.ts';
import { DatabaseError } from './db/openDatabase.ts';

/** Exit codes: 0 stopped when asked to, 1 failed, 2 cannot start as configured. */
const FAILED = 1;
const MISCONFIGURED = 2;

/** A service manager that signals a whole group, and whoever in it passes that on, mean one request. */
const SAME_REQUEST_MS = 500;

const stopped = new AbortController();
let stoppedAt = 0;
/** Nobody waits any more until media is elsewhere. */
const hurried = new AbortController();
let config: Config | undefined;
let server: ParleyServer | undefined;

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
// Whoever started this process is gone.
process.on('disconnect', () => {
  hurried.abort();
  stop();
});

try {
  config = loadConfig({ env: process.env, argv: process.argv.slice(2) });
  const started = await createServer(config);
  server = started;
  if (stopped.signal.aborted) await shutDown(started, config);
  else say(welcome(started, config));
} catch (error) {
  say(explain(error), process.stderr);
  process.exit(error instanceof ConfigError ? MISCONFIGURED : FAILED);
}

/** Asked once more, it does not wait for a drain. */
function stop(): void {
  if (stopped.signal.aborted) {
    if (performance.now() - stoppedAt > SAME_REQUEST_MS) hurried.abort();
    return;
  }
  stoppedAt = performance.now();
  stopped.abort();
  if (!config) return;
  if (server) void shutDown(server, config);
  else setTimeout(giveUpStarting, config.server.shutdownGraceMs);
}

/** What it waits for may never come: a Redis that went away for good, say. Nobody was served yet. */
function giveUpStarting(): void {
  if (server) return;
  process.stderr.write('Not started, and asked to stop.\n', () => process.exit(FAILED));
}

async function shutDown(running: ParleyServer, { server: { shutdownGraceMs } }: Config) {
  try {
    await running.drain(hurried.signal);
    setTimeout(() => {
      const late = `Not closed within ${shutdownGraceMs} ms, still busy with: ${running.busyWith()}.`;
      process.stderr.write(`${late}\n`, () => process.exit(FAILED));
    }, shutdownGraceMs);
    await running.close();
    process.exit(0);
  } catch (error) {
    say(explain(error), process.stderr);
    process.exit(FAILED);
  }
}

/** For people at a terminal; programs read the log and `/readyz`. */
function welcome({ port, secure }: ParleyServer, { node, server: settings }: Config): string {
  if (node.role === 'media' || node.role === 'mixer')
    return `\nA ${node.role} node of Parley is ready, with probes on port ${port}.\n`;
  const scheme = secure ? 'https' : 'http';
  const addresses = settings.publicUrl
    ? [settings.publicUrl]
    : [
        `${scheme}://localhost:${port}`,
        ...(settings.host === null
          ? localAddresses('IPv4')
              .filter((address) => !address.startsWith('127.'))
              .map((address) => `${scheme}://${address}:${port}`)
          : []),
      ];
  const lines = ['', 'Parley is ready. Open one of these in a browser:', ''];
  lines.push(...addresses.map((address) => `  ${address}`), '');
  if (!secure && settings.publicUrl === null && addresses.length > 1) {
    lines.push(
      'Browsers give cameras to other machines over https only. For a trial on your network:',
      '',
      '  PARLEY_SERVER_TLS=self-signed npm start',
      '',
    );
  }
  lines.push('Ctrl-C stops it.', '');
  return lines.join('\n');
}

function explain(error: unknown): string {
  const known =
    error instanceof ConfigError || error instanceof DataDirError || error instanceof DatabaseError;
  if (known) return error.message;
  if (isSystemError(error) && error.code === 'EADDRINUSE' && error.port !== undefined) {
    return (
      `Port ${error.port} is in use by another program.\n` +
      `→ Stop that program, or choose another port: ${portName(error.port)}=${error.port + 1} npm start`
    );
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function portName(port: number): string {
  return port === config?.cluster.port ? 'PARLEY_CLUSTER_PORT' : 'PARLEY_SERVER_PORT';
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException & { port?: number } {
  return error instanceof Error && 'code' in error;
}

function say(text: string, stream: NodeJS.WriteStream = process.stdout): void {
  stream.write(`${text}\n`);
}
