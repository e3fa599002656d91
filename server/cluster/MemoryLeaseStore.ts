import { AppError } from '../core/AppError.ts';
import type { Acquisition, Lease, LeaseStore } from './LeaseStore.ts';
import type { MemoryCluster } from './MemoryCluster.ts';

/** The leases of one node of a cluster in memory; an owner is alive as long as it is registered there. */
export class MemoryLeaseStore implements LeaseStore {
  readonly #cluster: MemoryCluster;
  readonly #instanceId: string;

  constructor(cluster: MemoryCluster, instanceId: string) {
    this.#cluster = cluster;
    this.#instanceId = instanceId;
  }

  async acquire(meetingId: string, knownEpoch: number): Promise<Acquisition> {
    // As in Redis, nobody sees an answer before the caller goes on.
    await Promise.resolve();
    const lease = this.#cluster.findLease(meetingId);
    if (lease && lease.owner !== this.#instanceId) return { granted: false, ...lease };
    const stored = this.#cluster.epochOf(meetingId);
    const retryAfterMs = this.#cluster.settlingMs;
    if (stored === 0 && knownEpoch > 0 && retryAfterMs > 0) {
      throw new AppError('UNAVAILABLE', { retryAfterMs: Math.ceil(retryAfterMs) });
    }
    // Milliseconds of the clock, so that epochs grow over a restart.
    const epoch = Math.max(stored, knownEpoch, Date.now()) + 1;
    this.#cluster.setLease(meetingId, { owner: this.#instanceId, epoch });
    return { granted: true, epoch };
  }

  async find(meetingId: string): Promise<Lease | null> {
    await Promise.resolve();
    return this.#cluster.findLease(meetingId) ?? null;
  }

  async release(meetingId: string, epoch: number): Promise<void> {
    await Promise.resolve();
    this.#cluster.dropLease(meetingId, epoch);
  }

  async reassert(meetingId: string, epoch: number): Promise<boolean> {
    await Promise.resolve();
    const stored = this.#cluster.epochOf(meetingId);
    const owner = this.#cluster.findLease(meetingId)?.owner ?? this.#instanceId;
    if (stored > epoch || (stored === epoch && owner !== this.#instanceId)) return false;
    this.#cluster.setLease(meetingId, { owner: this.#instanceId, epoch });
    return true;
  }
}
