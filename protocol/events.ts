import type { Ack } from './errors.ts';
import type { NotificationName, NotificationPayload } from './notifications.ts';
import type { RequestInput, RequestName, RequestOutput } from './requests.ts';

/** Sent in the handshake (`auth.protocol`). Grows with every change that an older client cannot follow. */
export const PROTOCOL_VERSION = 1;

/** Oldest client protocol that the server still serves. */
export const OLDEST_PROTOCOL_VERSION = 1;

/** Largest Socket.IO message that either side accepts, in bytes. */
export const MAX_MESSAGE_BYTES = 128 * 1024;

export type ClientToServerEvents = {
  [N in RequestName]: (
    payload: RequestInput<N>,
    acknowledge: (ack: Ack<RequestOutput<N>>) => void,
  ) => void;
};

export type ServerToClientEvents = {
  [N in NotificationName]: (payload: NotificationPayload<N>) => void;
};

/** What the client passes in the Socket.IO handshake. */
export interface HandshakeAuth {
  token: string;
  protocol: number;
}
