/**
 * Who owns a meeting. Every acquisition gets a higher epoch; whoever receives a command or a
 * notification drops those of a lower one, so that an owner that was thought dead changes nothing.
 */
export interface LeaseStore {
  acquire(meetingId: string): Promise<{ epoch: number }>;
  release(meetingId: string, epoch: number): Promise<void>;
}

/** The lease store of a single node. */
export class MemoryLeaseStore implements LeaseStore {
  readonly #epochs = new Map<string, number>();

  async acquire(meetingId: string): Promise<{ epoch: number }> {
    // Milliseconds of the clock, so that epochs grow over a restart.
    const epoch = Math.max(this.#epochs.get(meetingId) ?? 0, Date.now()) + 1;
    this.#epochs.set(meetingId, epoch);
    return Promise.resolve({ epoch });
  }

  async release(meetingId: string, epoch: number): Promise<void> {
    if (this.#epochs.get(meetingId) === epoch) this.#epochs.delete(meetingId);
    return Promise.resolve();
  }
}
