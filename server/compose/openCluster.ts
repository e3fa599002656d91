import { hostname } from 'node:os';
import { FailureDetector } from '../cluster/FailureDetector.ts';
import { Isolation } from '../cluster/Isolation.ts';
import type { LeaseStore } from '../cluster/LeaseStore.ts';
import { LocalMesh } from '../cluster/LocalMesh.ts';
import { MemoryCluster } from '../cluster/MemoryCluster.ts';
import { MemoryLeaseStore } from '../cluster/MemoryLeaseStore.ts';
import { MemoryNodeRegistry } from '../cluster/MemoryNodeRegistry.ts';
import type { Mesh } from '../cluster/Mesh.ts';
import type { NodeIdentity, NodeLoad, NodeRegistry, NodeRole } from '../cluster/NodeRegistry.ts';
import { RelayingMesh } from '../cluster/RelayingMesh.ts';
import { WebSocketMesh } from '../cluster/WebSocketMesh.ts';
import { reachableAddress } from '../config/addresses.ts';
import type { Config } from '../config/loadConfig.ts';
import { createId } from '../core/ids.ts';
import type { Logger } from '../core/logger.ts';
import type { HotStateStore } from '../meetings/HotState.ts';
import { MemoryHotStateStore } from '../meetings/MemoryHotStateStore.ts';
import type { MeshMetrics } from '../metrics/meshMetrics.ts';
import { openRedis } from '../redis/openRedis.ts';
import type { RedisConnection } from '../redis/RedisConnection.ts';
import { RedisHotStateStore } from '../redis/RedisHotStateStore.ts';
import { RedisLeaseStore } from '../redis/RedisLeaseStore.ts';
import { RedisNodeRegistry } from '../redis/RedisNodeRegistry.ts';
import { meterMesh } from './meterMesh.ts';
import type { Releases } from './Releases.ts';
import { version } from './version.ts';

/** What ties the nodes of a cluster together; on a node that is alone the same, in memory. */
export interface Cluster {
  readonly registry: NodeRegistry;
  readonly leases: LeaseStore;
  readonly hotState: HotStateStore;
  readonly mesh: Mesh;
  readonly failures: FailureDetector;
  readonly isolation: Isolation;
  /** Null on a node that is alone. */
  readonly redis: RedisConnection | null;
  /** What this node tells of itself from now on. */
  report(read: () => NodeLoad): void;
}

const NOTHING: NodeLoad = {
  ...{ load: 0, meetings: 0, connections: 0, routers: 0, participants: 0 },
  ...{ workers: [], mixerCapacity: 0 },
};

/**
 * Joins the cluster that Redis holds together, or makes one of this node alone.
 * @param secret what all nodes of the cluster know
 * @throws RedisError, or the error of a port that cannot be used
 */
export async function openCluster(
  config: Config,
  secret: string,
  logger: Logger,
  releases: Releases,
  metrics: MeshMetrics,
): Promise<Cluster> {
  let read = (): NodeLoad => NOTHING;
  const report = (): NodeLoad => read();
  const identity = identityOf(config);
  const { redisUrl } = config.cluster;
  const parts =
    redisUrl === null
      ? openAlone(identity, report, logger)
      : await openTogether(config, redisUrl, identity, { secret, report, logger, releases });
  releases.push('registry', () => parts.registry.close());
  releases.push('mesh', () => parts.mesh.close());
  const direct = meterMesh(parts.mesh, identity.instanceId, metrics);
  const failures = new FailureDetector(direct, parts.registry, logger);
  releases.push('failure detector', () => failures.close());
  const isolation = new Isolation(direct, parts.registry, logger);
  releases.push('isolation', () => isolation.close());
  const mesh = new RelayingMesh(direct, parts.registry, failures, logger);
  return {
    ...parts,
    mesh,
    failures,
    isolation,
    report(next) {
      read = next;
    },
  };
}

function openAlone(self: NodeIdentity, report: () => NodeLoad, logger: Logger) {
  const cluster = new MemoryCluster();
  return {
    registry: new MemoryNodeRegistry({ cluster, self, report }),
    leases: new MemoryLeaseStore(cluster, self.instanceId),
    hotState: new MemoryHotStateStore(cluster),
    mesh: new LocalMesh(self.instanceId, logger),
    redis: null,
  };
}

async function openTogether(
  config: Config,
  redisUrl: string,
  identity: NodeIdentity,
  deps: { secret: string; report: () => NodeLoad; logger: Logger; releases: Releases },
) {
  const { secret, report, logger, releases } = deps;
  const { instanceId } = identity;
  const redis = await openRedis(redisUrl, logger);
  releases.push('Redis', () => redis.close());
  const { host, port, advertisedAddress } = config.cluster;
  let registry: NodeRegistry | undefined;
  const mesh = await WebSocketMesh.create(
    {
      instanceId,
      secret,
      listen: { host, port },
      addressOf: (id) => registry?.find(id)?.meshUrl ?? undefined,
    },
    logger,
  );
  // Once others know of it, it is there.
  const address = advertisedAddress ?? reachableAddress(host);
  const self = { ...identity, meshUrl: `ws://${bracketed(address)}:${mesh.port}` };
  try {
    registry = await RedisNodeRegistry.create({ redis, self, report, logger });
  } catch (error) {
    await mesh.close();
    throw error;
  }
  const leases = new RedisLeaseStore({ redis, instanceId, logger });
  releases.push('leases', () => leases.close());
  return { registry, leases, hotState: new RedisHotStateStore(redis, logger), mesh, redis };
}

function identityOf({ node }: Config): NodeIdentity {
  const roles: NodeRole[] = node.role === 'all' ? ['signaling', 'media'] : [node.role];
  return {
    instanceId: createId(),
    name: node.name ?? hostname(),
    roles,
    version,
    region: node.region,
    meshUrl: null,
    startedAt: Date.now(),
  };
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
