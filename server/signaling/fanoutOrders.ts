import type { NotificationName, NotificationPayload } from '../../protocol/notifications.ts';
import type { Mesh } from '../cluster/Mesh.ts';
import { partsOf } from '../meetings/connectionIds.ts';
import type { OpenedFanout } from '../meetings/Fanout.ts';

/** What a meeting's owner has a node do for the node's clients. */
export type FanoutOrder =
  | { do: 'enter' | 'leave'; connectionId: string }
  | { do: 'tell'; connectionId: string; name: NotificationName; payload: unknown }
  | { do: 'publish'; name: NotificationName; payload: unknown; volatile: boolean }
  | { do: 'look for the owner' };

export interface FanoutMessage {
  meetingId: string;
  epoch: number;
  order: FanoutOrder;
}

export const FANOUT = 'fanout';

/**
 * The way of one owner to its clients: one message for each node that has some of them, over the same
 * connection as the answers to their requests, so that both arrive in the order in which they were
 * sent, and whether or not Redis is there.
 */
export function openFanout(mesh: Mesh, meetingId: string, epoch: number): OpenedFanout {
  /** Connections that are in the meeting, by their node. */
  const members = new Map<string, Set<string>>();
  /** Every node that has heard of the meeting. */
  const nodes = new Set<string>();

  const order = (node: string, what: FanoutOrder): void => {
    nodes.add(node);
    mesh.tell(node, FANOUT, { meetingId, epoch, order: what } satisfies FanoutMessage);
  };
  const publish = (name: NotificationName, payload: unknown, volatile: boolean): void => {
    for (const node of members.keys()) order(node, { do: 'publish', name, payload, volatile });
  };

  const forget = (connectionId: string): void => {
    const { node } = partsOf(connectionId);
    const ofNode = members.get(node);
    ofNode?.delete(connectionId);
    if (ofNode?.size === 0) members.delete(node);
  };

  return {
    enter(connectionId) {
      const { node } = partsOf(connectionId);
      members.set(node, (members.get(node) ?? new Set()).add(connectionId));
      order(node, { do: 'enter', connectionId });
    },
    leave(connectionId) {
      forget(connectionId);
      order(partsOf(connectionId).node, { do: 'leave', connectionId });
    },
    forget,
    toConnection<N extends NotificationName>(
      connectionId: string,
      name: N,
      payload: NotificationPayload<N>,
    ) {
      order(partsOf(connectionId).node, { do: 'tell', connectionId, name, payload });
    },
    toMeeting: (name, payload) => publish(name, payload, false),
    toMeetingVolatile: (name, payload) => publish(name, payload, true),
    moved() {
      for (const node of nodes) order(node, { do: 'look for the owner' });
    },
  };
}
