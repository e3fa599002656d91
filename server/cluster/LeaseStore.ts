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
