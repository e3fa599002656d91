import { Redis } from 'ioredis';
import { maskUrl } from '../../server/config/secrets.ts';
import { nodeKey, NODES_KEY } from '../../server/redis/keys.ts';
import { checkClock } from './clock.ts';
import { failure, ok, reasonOf, warning, type Finding } from './findings.ts';
import { checkNodes, readNode, type KnownNode } from './nodes.ts';

const TIMEOUT_MS = 2_000;
const MIN_MAJOR = 7;
const REDIS = 'Redis';

/** The Redis of the cluster, its clock, and the nodes that are registered there. */
export async function checkRedis(url: string): Promise<Finding[]> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let lastError: unknown;
  client.on('error', (error) => (lastError = error));
  try {
    await client.connect();
    const [server, replication] = [await client.info('server'), await client.info('replication')];
    const findings = [checkServer(maskUrl(url), server, replication)];
    findings.push(...(await checkSettings(client)));
    const asked = Date.now();
    const [seconds, microseconds] = await client.time();
    const theirs = Number(seconds) * 1_000 + Number(microseconds) / 1_000;
    findings.push(checkClock(REDIS, theirs, { asked, answered: Date.now() }));
    findings.push(...(await checkNodes(await readNodes(client))));
    return findings;
  } catch (error) {
    return [
      failure(
        REDIS,
        `${maskUrl(url)} does not answer: ${reasonOf(lastError ?? error)}`,
        'Look whether it runs and is open to this machine, and whether REDIS_URL has its user and password.',
      ),
    ];
  } finally {
    client.disconnect();
  }
}

/** @param server @param replication sections of Redis' INFO */
export function checkServer(address: string, server: string, replication: string): Finding {
  const version = /^(?:valkey|redis)_version:(\S+)/m.exec(server)?.[1] ?? 'unknown';
  if (/^redis_mode:cluster/m.test(server)) {
    return failure(
      REDIS,
      `${address} is a Redis Cluster.`,
      'Use a single primary, with or without Sentinel: Parley joins keys that a cluster would part.',
    );
  }
  if (/^role:slave/m.test(replication)) {
    return failure(REDIS, `${address} is a replica.`, 'Set REDIS_URL to the primary.');
  }
  // Valkey says which Redis it is like.
  const major = Number(/^redis_version:(\d+)/m.exec(server)?.[1] ?? 0);
  if (major < MIN_MAJOR) {
    return failure(REDIS, `${address} is version ${version}.`, `Use ${MIN_MAJOR} or newer.`);
  }
  return ok(REDIS, `${address}, version ${version}`);
}

export interface RedisSettings {
  'maxmemory-policy'?: string;
  maxmemory?: string;
  save?: string;
  appendonly?: string;
}

async function checkSettings(client: Redis): Promise<Finding[]> {
  const settings: RedisSettings = {};
  try {
    for (const name of ['maxmemory-policy', 'maxmemory', 'save', 'appendonly'] as const) {
      const [, value] = await client.config('GET', name);
      if (value !== undefined) settings[name] = value;
    }
  } catch {
    // Hosted ones forbid it.
    return [
      warning(
        REDIS,
        'does not tell its settings.',
        'See to it that its eviction policy (maxmemory-policy) is noeviction.',
      ),
    ];
  }
  return judgeSettings(settings);
}

export function judgeSettings({
  'maxmemory-policy': policy = 'noeviction',
  save = '',
  appendonly = 'no',
}: RedisSettings): Finding[] {
  const evicts =
    policy === 'noeviction'
      ? ok('Redis eviction', 'off')
      : failure(
          'Redis eviction',
          `maxmemory-policy is ${policy}: under pressure it would forget who owns a meeting.`,
          'CONFIG SET maxmemory-policy noeviction, and in its redis.conf. A Redis of its own is best.',
        );
  const persists = save !== '' || appendonly === 'yes';
  return [
    evicts,
    ok(
      'Redis persistence',
      persists
        ? 'on; Parley does not need it'
        : 'off, which is enough: what is lost with it is known to the nodes or in PostgreSQL',
    ),
  ];
}

async function readNodes(client: Redis): Promise<KnownNode[]> {
  const ids = await client.zrange(NODES_KEY, '0', '-1');
  const entries = await Promise.all(ids.map((id) => client.hmget(nodeKey(id), 'identity', 'mark')));
  return entries.flatMap(([identity, mark]) => readNode(identity ?? null, mark ?? null) ?? []);
}
