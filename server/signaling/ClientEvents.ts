import type { Principal } from '../auth/Principal.ts';

/** A connection of a client, for whoever looks after people and not after sockets. */
export interface Client {
  readonly connectionId: string;
  readonly principal: Principal;
}

/** What happens to connections on this node. */
export interface ClientEvents {
  /** It is in the room of its person by now. */
  connected: [Client];
  gone: [Client];
  /** It is in a meeting now, and waits no longer; or it is in none any more. */
  seated: [client: Client, isSeated: boolean];
}
