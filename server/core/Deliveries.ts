import type { NotificationName, NotificationPayload } from '../../protocol/notifications.ts';

export interface DeliveryOptions {
  /** The connection that need not be told: it has had an answer. */
  except?: string;
  /** Dropped for clients that cannot take it at once: what soon is over, and is told again. */
  volatile?: boolean;
}

/**
 * The way of domains to clients, on whichever nodes these are. What one node delivers arrives everywhere
 * in the order in which it was delivered, or not at all where a node or the way to it is lost: clients
 * are asked to synchronise then.
 */
export interface Deliveries {
  /** To all devices of these people. */
  toUsers<N extends NotificationName>(
    userIds: readonly string[],
    name: N,
    payload: NotificationPayload<N>,
    options?: DeliveryOptions,
  ): void;
  /** To those of their devices that are connected to this node. */
  toUsersHere<N extends NotificationName>(
    userIds: readonly string[],
    name: N,
    payload: NotificationPayload<N>,
  ): void;
  /** To all connections that follow the channel. */
  toChannel<N extends NotificationName>(
    channel: string,
    name: N,
    payload: NotificationPayload<N>,
    options?: DeliveryOptions,
  ): void;
  /** To one connection, by its id in the cluster. */
  toConnection<N extends NotificationName>(
    connectionId: string,
    name: N,
    payload: NotificationPayload<N>,
  ): void;
}
