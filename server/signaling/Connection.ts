import type { Principal } from '../auth/Principal.ts';
import { Mailbox } from '../core/Mailbox.ts';

/** What handlers know of a socket. */
export interface Connection {
  readonly id: string;
  readonly principal: Principal;
  /** Where it comes from, for the limits on guesses. */
  readonly address: string;
  /**
   * Entering, resuming, leaving and the end of the connection happen one after another, so that a
   * connection that ends while it enters leaves nothing behind.
   */
  readonly lifecycle: Mailbox;
  /** The meeting that it entered last; it may have lost its place there since. */
  meetingId: string | null;
}

export function createConnection(id: string, principal: Principal, address: string): Connection {
  return { id, principal, address, lifecycle: new Mailbox(), meetingId: null };
}
