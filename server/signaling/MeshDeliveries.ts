import type { Server } from 'socket.io';
import type { NotificationName } from '../../protocol/notifications.ts';
import type { Mesh } from '../cluster/Mesh.ts';
import type { NodeRegistry } from '../cluster/NodeRegistry.ts';
import type { Deliveries, DeliveryOptions } from '../core/Deliveries.ts';
import { partsOf } from '../meetings/connectionIds.ts';

/** What a node has another one send to its clients. */
interface Delivery {
  /** Socket.IO rooms; whoever is in several of them is told once. */
  rooms: readonly string[];
  name: NotificationName;
  payload: unknown;
  exceptSocketId: string | null;
  volatile: boolean;
}

const DELIVER = 'deliver';

/**
 * Tells every signaling node, over the same connections as everything else between nodes: whether or
 * not Redis is there, and in order.
 */
export function createDeliveries(
  mesh: Mesh,
  registry: Pick<NodeRegistry, 'self' | 'nodes'>,
): Deliveries {
  const deliver = (
    rooms: readonly string[],
    name: NotificationName,
    payload: unknown,
    { except, volatile = false }: DeliveryOptions = {},
  ): void => {
    if (rooms.length === 0) return;
    const exceptSocketId = except === undefined ? null : partsOf(except).socketId;
    const delivery: Delivery = { rooms, name, payload, exceptSocketId, volatile };
    for (const { instanceId, roles } of registry.nodes) {
      if (roles.includes('signaling')) mesh.tell(instanceId, DELIVER, delivery);
    }
  };
  return {
    toUsers: (userIds, name, payload, options) =>
      deliver(userIds.map(roomOfUser), name, payload, options),
    toUsersHere(userIds, name, payload) {
      if (userIds.length === 0) return;
      const delivery: Delivery = {
        ...{ rooms: userIds.map(roomOfUser), name, payload },
        ...{ exceptSocketId: null, volatile: false },
      };
      mesh.tell(registry.self.instanceId, DELIVER, delivery);
    },
    toChannel: (channel, name, payload, options) => deliver([channel], name, payload, options),
    toConnection(connectionId, name, payload) {
      const { node, socketId } = partsOf(connectionId);
      // Every socket is alone in a room of its own name.
      const delivery: Delivery = {
        ...{ rooms: [socketId], name, payload },
        ...{ exceptSocketId: null, volatile: false },
      };
      mesh.tell(node, DELIVER, delivery);
    },
  };
}

/** Carries out on this node's sockets what `createDeliveries` has any node tell it. */
export function serveDeliveries(io: Server, mesh: Mesh): void {
  mesh.serve(DELIVER, (message) => {
    // Only nodes of this cluster get here.
    const { rooms, name, payload, exceptSocketId, volatile } = message as Delivery;
    const local = volatile ? io.local.volatile : io.local;
    const to = local.to([...rooms]);
    (exceptSocketId === null ? to : to.except(exceptSocketId)).emit(name, payload);
  });
}

/** Where all sockets of somebody are. */
export function roomOfUser(userId: string): string {
  return `user:${userId}`;
}
