import { EventEmitter } from 'node:events';
import type { MemoryCluster } from './MemoryCluster.ts';
import type {
  NodeIdentity,
  NodeInfo,
  NodeLoad,
  NodeMark,
  NodeRegistry,
  NodeRegistryEvents,
} from './NodeRegistry.ts';

export interface MemoryNodeRegistryOptions {
  cluster: MemoryCluster;
  self: NodeIdentity;
  /** What this node tells of itself whenever it is asked. */
  report: () => NodeLoad;
  /** How soon a node that was declared dead finds out. */
  heartbeatMs?: number;
}

const HEARTBEAT_MS = 1_000;

/** The nodes of a cluster in memory: on an embedded server this one, and nothing ever happens to it. */
export class MemoryNodeRegistry extends EventEmitter<NodeRegistryEvents> implements NodeRegistry {
  readonly self: NodeIdentity;
  readonly isReachable = true;
  readonly #cluster: MemoryCluster;
  readonly #report: () => NodeLoad;
  readonly #heartbeatMs: number;
  #mark: NodeMark = 'ready';
  #returning: NodeJS.Timeout | undefined;
  #closed = false;

  constructor({ cluster, self, report, heartbeatMs }: MemoryNodeRegistryOptions) {
    super();
    this.self = self;
    this.#cluster = cluster;
    this.#report = report;
    this.#heartbeatMs = heartbeatMs ?? HEARTBEAT_MS;
    cluster.register(self, report, this.#mark);
    cluster.on('joined', this.#hearJoined);
    cluster.on('left', this.#hearLeft);
    cluster.on('marked', this.#hearMarked);
    cluster.on('wiped', this.#hearWiped);
  }

  get nodes(): readonly NodeInfo[] {
    return this.#cluster.nodes;
  }

  find(instanceId: string): NodeInfo | undefined {
    return this.#cluster.findNode(instanceId);
  }

  /** @throws AppError NOT_FOUND */
  async mark(instanceId: string, mark: NodeMark): Promise<void> {
    await Promise.resolve();
    this.#cluster.mark(instanceId, mark);
  }

  /** Does nothing for this node itself: it is alive, or it could not say so. */
  async declareDead(instanceId: string): Promise<void> {
    await Promise.resolve();
    if (instanceId !== this.self.instanceId) this.#cluster.remove(instanceId);
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    clearTimeout(this.#returning);
    this.#cluster.off('joined', this.#hearJoined);
    this.#cluster.off('left', this.#hearLeft);
    this.#cluster.off('marked', this.#hearMarked);
    this.#cluster.off('wiped', this.#hearWiped);
    this.#cluster.remove(this.self.instanceId);
    this.removeAllListeners();
    return Promise.resolve();
  }

  readonly #hearJoined = (node: NodeInfo): void => {
    if (node.instanceId !== this.self.instanceId) this.emit('joined', node);
  };

  readonly #hearLeft = (instanceId: string): void => {
    if (instanceId !== this.self.instanceId) {
      this.emit('left', instanceId);
      return;
    }
    this.#returning = setTimeout(() => {
      this.#cluster.register(this.self, this.#report, this.#mark);
      this.emit('self-lost', { wiped: false });
    }, this.#heartbeatMs);
  };

  readonly #hearMarked = (node: NodeInfo): void => {
    if (node.instanceId === this.self.instanceId) this.#mark = node.mark;
    this.emit('marked', node);
  };

  readonly #hearWiped = (): void => {
    this.emit('self-lost', { wiped: true });
  };
}
