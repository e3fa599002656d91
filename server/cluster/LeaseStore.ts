/** Who owns a meeting. */
export interface Lease {
  /** Instance of the owner. */
  owner: string;
  epoch: number;
}

export type Acquisition = { granted: true; epoch: number } | ({ granted: false } & Lease);

/**
 * Who owns which meeting. Every acquisition gets a higher epoch than all before; whoever receives a
 * command or a write refuses those of a lower one, so that an owner that was thought dead changes
 * nothing.
 */
export interface LeaseStore {
  /**
   * Takes the meeting for this node unless a node that is alive owns it. A node that owns it already
   * gets a higher epoch, too.
   * @param knownEpoch the highest that the database remembers; a store that was wiped does not go back behind it
   */
  acquire(meetingId: string, knownEpoch: number): Promise<Acquisition>;
  /** The lease, if its owner is alive. */
  find(meetingId: string): Promise<Lease | null>;
  /** Gives up the meeting; does nothing when the epoch is not the latest. */
  release(meetingId: string, epoch: number): Promise<void>;
  /**
   * The store has forgotten everything: claims again what this node owned, at the same epoch. False
   * when somebody else has it by now.
   */
  reassert(meetingId: string, epoch: number): Promise<boolean>;
}

/** The lease store of a node that is alone. */
export class MemoryLeaseStore implements LeaseStore {
  readonly #epochs = new Map<string, number>();

  acquire(meetingId: string, knownEpoch: number): Promise<Acquisition> {
    // Milliseconds of the clock, so that epochs grow over a restart.
    const epoch = Math.max(this.#epochs.get(meetingId) ?? 0, knownEpoch, Date.now()) + 1;
    this.#epochs.set(meetingId, epoch);
    return Promise.resolve({ granted: true, epoch });
  }

  find(meetingId: string): Promise<Lease | null> {
    const epoch = this.#epochs.get(meetingId);
    return Promise.resolve(epoch === undefined ? null : { owner: 'self', epoch });
  }

  release(meetingId: string, epoch: number): Promise<void> {
    if (this.#epochs.get(meetingId) === epoch) this.#epochs.delete(meetingId);
    return Promise.resolve();
  }

  reassert(meetingId: string, epoch: number): Promise<boolean> {
    return Promise.resolve(this.#epochs.get(meetingId) === epoch);
  }
}
