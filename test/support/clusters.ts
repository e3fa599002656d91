import { createId } from '../../server/core/ids.ts';
import { createLogger } from '../../server/core/logger.ts';
import type { LeaseStore } from '../../server/cluster/LeaseStore.ts';
import { MemoryCluster } from '../../server/cluster/MemoryCluster.ts';
import { MemoryLeaseStore } from '../../server/cluster/MemoryLeaseStore.ts';
import { MemoryNodeRegistry } from '../../server/cluster/MemoryNodeRegistry.ts';
import type { NodeIdentity, NodeLoad, NodeRegistry } from '../../server/cluster/NodeRegistry.ts';
import type { HotStateStore } from '../../server/meetings/HotState.ts';
import { MemoryHotStateStore } from '../../server/meetings/MemoryHotStateStore.ts';
import { openRedis } from '../../server/redis/openRedis.ts';
import { RedisHotStateStore } from '../../server/redis/RedisHotStateStore.ts';
import { RedisLeaseStore } from '../../server/redis/RedisLeaseStore.ts';
import { RedisNodeRegistry } from '../../server/redis/RedisNodeRegistry.ts';
import { RedisServer } from './redis.ts';
import { IDLE } from './idle.ts';

/** What a cluster's nodes may share. Every promise of the stores holds for each of them. */
export const COLUMNS = ['memory', 'Redis'] as const;
export type Column = (typeof COLUMNS)[number];

export interface ClusterTimes {
  heartbeatMs?: number;
  ttlMs?: number;
  settleMs?: number;
  silenceMs?: number;
  renewMs?: number;
}

/** One node's view of what all share. */
export interface TestNode {
  readonly id: string;
  readonly registry: NodeRegistry;
  readonly leases: LeaseStore;
  readonly hot: HotStateStore;
  /** What it reports from now on. */
  setLoad(load: NodeLoad): void;
  /** Stops without a word to anybody. */
  crash(): Promise<void>;
  close(): Promise<void>;
}

export interface TestCluster {
  addNode(identity?: Partial<NodeIdentity>): Promise<TestNode>;
  /** Everything shared is forgotten. */
  wipe(): Promise<void>;
  /** Ends what is left of its nodes, and begins with nothing. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

const HEARTBEAT_MS = 100;
const MISSED_BY_ALL = 3;
const IDLE_WORKER: NodeLoad = { ...IDLE, workers: [{ index: 0, load: 0 }] };
const logger = createLogger('silent', 'json');

export async function startCluster(column: Column, times: ClusterTimes = {}): Promise<TestCluster> {
  return column === 'memory'
    ? new InMemory(times)
    : new RedisCluster(await RedisServer.start(), times);
}

abstract class Cluster implements TestCluster {
  protected readonly times: ClusterTimes;
  readonly #nodes: TestNode[] = [];

  constructor(times: ClusterTimes) {
    const { heartbeatMs = HEARTBEAT_MS } = times;
    this.times = { heartbeatMs, silenceMs: MISSED_BY_ALL * heartbeatMs, ...times };
  }

  async addNode(identity: Partial<NodeIdentity> = {}): Promise<TestNode> {
    const instanceId = createId();
    const node = await this.connect({
      instanceId,
      name: `node ${this.#nodes.length}`,
      roles: ['signaling', 'media'],
      version: '1.0.0',
      region: null,
      meshUrl: 'ws://127.0.0.1:4502',
      startedAt: Date.now(),
      ...identity,
    });
    this.#nodes.push(node);
    return node;
  }

  async reset(): Promise<void> {
    await Promise.all(this.#nodes.splice(0).map((node) => node.close()));
  }

  async close(): Promise<void> {
    await this.reset();
  }

  abstract wipe(): Promise<void>;
  protected abstract connect(self: NodeIdentity): Promise<TestNode>;
}

class InMemory extends Cluster {
  #shared = new MemoryCluster(this.times);
  #hot = new MemoryHotStateStore(this.#shared);

  wipe(): Promise<void> {
    this.#shared.wipe();
    return Promise.resolve();
  }

  override async reset(): Promise<void> {
    await super.reset();
    this.#shared = new MemoryCluster(this.times);
    this.#hot = new MemoryHotStateStore(this.#shared);
  }

  protected connect(self: NodeIdentity): Promise<TestNode> {
    const cluster = this.#shared;
    let load = IDLE_WORKER;
    const report = () => load;
    const registry = new MemoryNodeRegistry({ cluster, self, report, ...this.times });
    const close = () => registry.close();
    return Promise.resolve({
      id: self.instanceId,
      setLoad: (next) => (load = next),
      registry,
      leases: new MemoryLeaseStore(cluster, self.instanceId),
      hot: this.#hot,
      // A process takes its memory with it, so there is no difference.
      crash: close,
      close,
    });
  }
}

/** The nodes of one process, each with a connection of its own to a Redis that is this cluster's. */
export class RedisCluster extends Cluster {
  readonly server: RedisServer;

  constructor(server: RedisServer, times: ClusterTimes = {}) {
    super(times);
    this.server = server;
  }

  wipe(): Promise<void> {
    return this.server.flush();
  }

  override async reset(): Promise<void> {
    await super.reset();
    await this.server.flush();
  }

  override async close(): Promise<void> {
    await super.close();
    await this.server.stop();
  }

  protected async connect(self: NodeIdentity): Promise<TestNode> {
    const redis = await openRedis(this.server.url, logger);
    const { instanceId } = self;
    let load = IDLE_WORKER;
    const report = () => load;
    const registry = await RedisNodeRegistry.create({ redis, self, report, logger, ...this.times });
    const leases = new RedisLeaseStore({ redis, instanceId, logger, ...this.times });
    const crash = () => {
      leases.close();
      redis.close();
      // Stops its timers; it cannot tell Redis any more.
      return registry.close();
    };
    return {
      id: instanceId,
      setLoad: (next) => (load = next),
      registry,
      leases,
      hot: new RedisHotStateStore(redis, logger),
      crash,
      async close() {
        await registry.close();
        await crash();
      },
    };
  }
}
