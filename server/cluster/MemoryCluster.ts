import { EventEmitter } from 'node:events';
import { AppError } from '../core/AppError.ts';
import type { Lease } from './LeaseStore.ts';
import type { NodeIdentity, NodeInfo, NodeLoad, NodeMark } from './NodeRegistry.ts';

interface MemoryNode {
  identity: NodeIdentity;
  report: () => NodeLoad;
  mark: NodeMark;
}

interface MemoryClusterEvents {
  joined: [NodeInfo];
  left: [instanceId: string];
  marked: [NodeInfo];
  /** Everything is forgotten. */
  wiped: [];
}

/** As long as in Redis: whoever was asleep for days is still refused. */
const EPOCH_TTL_MS = 7 * 24 * 60 * 60 * 1_000;
const SETTLE_MS = 3_000;

/**
 * What Redis keeps for a cluster, in the memory of one process: of the one node of an embedded
 * server, or of several in tests. It comes and goes with the process, so it is never wiped, except
 * where a test wants to see what happens then.
 */
export class MemoryCluster extends EventEmitter<MemoryClusterEvents> {
  readonly #nodes = new Map<string, MemoryNode>();
  readonly #leases = new Map<string, Lease>();
  /** The highest epoch of each meeting and when it was given, oldest first. */
  readonly #epochs = new Map<string, { epoch: number; at: number }>();
  readonly #settleMs: number;
  #settledAt = 0;

  /** @param settleMs how long after a wipe owners are waited for */
  constructor({ settleMs = SETTLE_MS }: { settleMs?: number } = {}) {
    super();
    this.#settleMs = settleMs;
    // One listener of each event for each node.
    this.setMaxListeners(0);
  }

  get nodes(): readonly NodeInfo[] {
    return [...this.#nodes.values()].map(infoOf);
  }

  findNode(instanceId: string): NodeInfo | undefined {
    const node = this.#nodes.get(instanceId);
    return node && infoOf(node);
  }

  register(identity: NodeIdentity, report: () => NodeLoad, mark: NodeMark): void {
    const node = { identity, report, mark };
    this.#nodes.set(identity.instanceId, node);
    this.emit('joined', infoOf(node));
  }

  /** @throws AppError NOT_FOUND */
  mark(instanceId: string, mark: NodeMark): void {
    const node = this.#nodes.get(instanceId);
    if (!node) throw new AppError('NOT_FOUND', { message: 'There is no such node.' });
    if (node.mark === mark) return;
    node.mark = mark;
    this.emit('marked', infoOf(node));
  }

  remove(instanceId: string): void {
    if (this.#nodes.delete(instanceId)) this.emit('left', instanceId);
  }

  /** The lease, if its owner is alive. */
  findLease(meetingId: string): Lease | undefined {
    const lease = this.#leases.get(meetingId);
    return lease && this.#nodes.has(lease.owner) ? lease : undefined;
  }

  /** Highest epoch that a meeting has had; 0 when it had none. */
  epochOf(meetingId: string): number {
    return this.#epochs.get(meetingId)?.epoch ?? 0;
  }

  setLease(meetingId: string, lease: Lease): void {
    const now = Date.now();
    this.#leases.set(meetingId, lease);
    // Again at the end, so that the oldest ones stay in front.
    this.#epochs.delete(meetingId);
    this.#epochs.set(meetingId, { epoch: lease.epoch, at: now });
    for (const [id, { at }] of this.#epochs) {
      if (now - at < EPOCH_TTL_MS) break;
      if (!this.#leases.has(id)) this.#epochs.delete(id);
    }
  }

  /** Does nothing when the epoch is not the latest. */
  dropLease(meetingId: string, epoch: number): void {
    if (this.#leases.get(meetingId)?.epoch === epoch) this.#leases.delete(meetingId);
  }

  /** Milliseconds for which owners are still waited for after a wipe; 0 when they are not. */
  get settlingMs(): number {
    return Math.max(0, this.#settledAt - performance.now());
  }

  /** Forgets everything, as Redis does when it is restarted; all nodes are back in it at once. */
  wipe(): void {
    this.#leases.clear();
    this.#epochs.clear();
    this.#settledAt = performance.now() + this.#settleMs;
    this.emit('wiped');
  }
}

/** Whoever is in this list had its heartbeat just now. */
function infoOf({ identity, report, mark }: MemoryNode): NodeInfo {
  return { ...identity, ...report(), mark, silentMs: 0 };
}
