import type { Principal } from '../auth/Principal.ts';
import { Mailbox } from '../core/Mailbox.ts';

/** What its node knows of a client's connection. */
export interface Connection {
  /** Known in the whole cluster. */
  readonly id: string;
  readonly principal: Principal;
  /** Where it comes from, for the limits on guesses. */
  readonly address: string;
  /**
   * Entering, resuming, leaving and the end of the connection happen one after another, so that a
   * connection that ends while it enters leaves nothing behind.
   */
  readonly lifecycle: Mailbox;
  /** The place that it took last; it may have lost it since. */
  seat: Seat | null;
  /** Its client is not there any more. */
  isGone: boolean;
}

export interface Seat {
  meetingId: string;
  /** Under which they are in, or wait. */
  participantId: string;
}

export function createConnection(id: string, principal: Principal, address: string): Connection {
  return { id, principal, address, lifecycle: new Mailbox(), seat: null, isGone: false };
}
