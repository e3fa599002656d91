import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataDir } from '../../server/config/DataDir.ts';
import { ConfigError, loadConfig, type Config } from '../../server/config/loadConfig.ts';
import { loadTls } from '../../server/config/tls.ts';
import { cacheDir } from '../cache.ts';
import { ProvisionError } from '../ProvisionError.ts';
import { runStep } from '../Step.ts';
import { freePort } from '../throwaway/freePort.ts';
import { startPostgres } from '../throwaway/postgres.ts';
import { startRedis } from '../throwaway/redis.ts';
import { Balancer } from './Balancer.ts';
import { ClusterNode } from './ClusterNode.ts';
import { NodeLog } from './NodeLog.ts';
import { trialEnvironment, withoutCluster, type TrialNode } from './trialEnvironment.ts';

const NODES_OF_A_ROLE = 2;
const MAX_WORKERS = 4;

export interface TrialOptions {
  workerBin: string;
  /** The program. */
  redis: string;
  stop: AbortSignal;
  force: AbortSignal;
}

type Release = () => Promise<void>;

/**
 * Runs a whole cluster on this machine until it is told to stop, and leaves nothing of it. Settings
 * are those that `npm start` would have, apart from where nodes are and what they keep things in.
 */
export async function runTrial(options: TrialOptions): Promise<void> {
  const releases: Release[] = [];
  try {
    const { log, nodes } = await open(options, releases);
    await aborted(options.stop);
    log.announce('Stopping. Ctrl-C once more does not wait.', 'yellow');
    options.force.addEventListener('abort', () => nodes.forEach((node) => node.kill()));
  } finally {
    // The last first: clients, then nodes, then what these keep things in.
    for (const release of releases.reverse()) await release();
  }
}

async function open(
  { workerBin, redis, stop }: TrialOptions,
  releases: Release[],
): Promise<{ log: NodeLog; nodes: readonly ClusterNode[] }> {
  const env = withoutCluster(process.env);
  const config = readConfig(env);
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-cluster-'));
  releases.push(() => rm(dataDir, { recursive: true, force: true }));
  const tls = await certify(config, dataDir);
  const stores = await runStep('Redis and PostgreSQL', stop, async () => {
    const one = await startRedis(redis, await freePort());
    releases.push(() => one.stop());
    const other = await startPostgres();
    releases.push(() => other.stop());
    return { redisUrl: one.url, databaseUrl: other.url };
  });

  const workers = config.media.workers || workersPerNode();
  const scheme = tls ? 'https' : 'http';
  const nodeOf = (node: TrialNode): ClusterNode => {
    const trial = trialEnvironment(node, { ...stores, dataDir, tls }, config.media, workers);
    return new ClusterNode(node.name, `${scheme}://127.0.0.1:${node.port}`, {
      NODE_COMPILE_CACHE: join(cacheDir(), 'compiled'),
      ...env,
      ...trial,
      MEDIASOUP_WORKER_BIN: workerBin,
    });
  };
  const media = (await layOut('media')).map(nodeOf);
  const signaling = (await layOut('signaling')).map(nodeOf);
  const nodes = [...signaling, ...media];
  const log = new NodeLog(
    nodes.map(({ name }) => name),
    process.stdout.isTTY,
    (text) => process.stdout.write(text),
  );
  for (const group of [media, signaling]) {
    releases.push(async () => {
      await Promise.all(group.map((node) => node.stop()));
    });
  }
  await runStep('Nodes', stop, (step) => {
    step.progress('starting');
    const cut = () => nodes.forEach((node) => node.kill());
    stop.addEventListener('abort', cut, { once: true });
    return Promise.all(nodes.map((node) => node.start())).finally(() =>
      stop.removeEventListener('abort', cut),
    );
  });

  const { port, host } = config.server;
  const balancer = await Balancer.listen(signaling, { port, host }).catch((error: unknown) => {
    throw new ProvisionError(
      `Port ${port} cannot be used: ${(error as Error).message}`,
      `Stop the program that uses it, or choose another: PORT=${port + 1} npm run cluster`,
    );
  });
  releases.push(() => balancer.close());
  for (const node of nodes) watch(node, balancer, log);
  console.log(welcome(`${scheme}://localhost:${balancer.port}`, signaling, media));
  return { log, nodes };
}

/** Two nodes of a role. @returns where they are */
function layOut(role: TrialNode['role']): Promise<TrialNode[]> {
  return Promise.all(
    Array.from({ length: NODES_OF_A_ROLE }, async (_, index) => {
      const name = `${role}-${index + 1}`;
      return { name, role, index, port: await freePort(), meshPort: await freePort() };
    }),
  );
}

function readConfig(env: NodeJS.ProcessEnv): Config {
  // The port is the balancer's; the file may describe a node of some other cluster.
  const alone = { PARLEY_NODE_ROLE: 'all', DATABASE_URL: 'postgres://127.0.0.1/trial' };
  try {
    return loadConfig({ env: { ...env, ...alone, PORT: process.env['PORT'] } });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ProvisionError(error.message, 'docs/configuration.md has every key.');
  }
}

/** All nodes have to show the same certificate, since a browser meets all of them at one address. */
async function certify(
  config: Config,
  dataDir: string,
): Promise<{ cert: string; key: string } | null> {
  const { tls } = config.server;
  if (tls === 'off') return null;
  if (tls !== 'self-signed') return { ...tls };
  const folder = await DataDir.open(dataDir);
  await loadTls(config, folder);
  await folder.release();
  return { cert: join(dataDir, 'tls-cert.pem'), key: join(dataDir, 'tls-key.pem') };
}

function workersPerNode(): number {
  const share = Math.floor(availableParallelism() / NODES_OF_A_ROLE);
  return Math.min(Math.max(share, 1), MAX_WORKERS);
}

function watch(node: ClusterNode, balancer: Balancer, log: NodeLog): void {
  node.on('line', (line) => log.add(node.name, line));
  node.on('died', (reason) => {
    balancer.suspect(node.name);
    log.announce(`${node.name} ${reason}. It is started again in a moment.`, 'red');
  });
  node.on('back', () => log.announce(`${node.name} is back, pid ${node.pid}.`, 'green'));
}

function welcome(
  url: string,
  signaling: readonly ClusterNode[],
  media: readonly ClusterNode[],
): string {
  const row = ({ name, pid, url }: ClusterNode) => `  ${name.padEnd(12)} pid ${pid}  ${url}`;
  const [first] = signaling;
  return [
    '',
    'A Parley cluster is ready. Open this in two browser windows:',
    '',
    `  ${url}`,
    '',
    'Every connection to it goes to one of the signaling nodes:',
    '',
    ...signaling.map(row),
    ...media.map(row),
    '',
    `Lose a node, and see the meeting go on:  kill -9 ${first?.pid ?? ''}`,
    'Ctrl-C stops everything, and nothing of it is kept.',
    '',
  ].join('\n');
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
}
