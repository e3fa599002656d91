import type { Config } from '../../server/config/loadConfig.ts';

/** What a trial decides itself, whatever the environment says. */
const DECIDED = /^(PORT|REDIS_URL|DATABASE_URL|PARLEY_(NODE|CLUSTER|DATABASE)_\w+)$/;

/** The environment without what would make a node a part of another cluster. */
export function withoutCluster(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !DECIDED.test(name)));
}

export interface TrialNode {
  name: string;
  role: 'signaling' | 'media';
  /** Of all nodes of its role, from 0. */
  index: number;
  port: number;
  meshPort: number;
}

export interface TrialStores {
  redisUrl: string;
  databaseUrl: string;
  /** For what a node keeps in files, which is nothing as a rule. */
  dataDir: string;
  tls: { cert: string; key: string } | null;
}

/**
 * What one node of a cluster on a single machine is told, over the configuration of the machine's
 * server: only its clients' balancer is to be reached from elsewhere, and media.
 * @param workers of each media node
 */
export function trialEnvironment(
  { name, role, index, port, meshPort }: TrialNode,
  { redisUrl, databaseUrl, dataDir, tls }: TrialStores,
  { basePort }: Pick<Config['media'], 'basePort'>,
  workers: number,
): Record<string, string> {
  return {
    PARLEY_NODE_NAME: name,
    PARLEY_NODE_ROLE: role,
    PARLEY_SERVER_HOST: '127.0.0.1',
    PARLEY_SERVER_PORT: String(port),
    PARLEY_SERVER_DATA_DIR: dataDir,
    PARLEY_SERVER_TLS: tls === null ? 'off' : JSON.stringify(tls),
    PARLEY_CLUSTER_REDIS_URL: redisUrl,
    PARLEY_CLUSTER_HOST: '127.0.0.1',
    PARLEY_CLUSTER_PORT: String(meshPort),
    PARLEY_DATABASE_URL: databaseUrl,
    PARLEY_MEDIA_WORKERS: String(workers),
    PARLEY_MEDIA_BASE_PORT: String(basePort === 0 ? 0 : basePort + index * workers),
    PARLEY_LOG_FORMAT: 'json',
  };
}
