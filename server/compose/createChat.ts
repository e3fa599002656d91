import { Audience } from '../chat/Audience.ts';
import { ChatMessages } from '../chat/ChatMessages.ts';
import { ChatRooms } from '../chat/ChatRooms.ts';
import { Listeners } from '../chat/Listeners.ts';
import { roomOf } from '../signaling/FanoutExecutor.ts';
import type { TalkDeps } from './createTalk.ts';

/** Those who hear of a room are looked at again so often: a node that was cut off may have missed that they left. */
const RECHECK_MS = 60_000;
const PUT_OUT = 'chat/put-out';

export interface Chat {
  rooms: ChatRooms;
  messages: ChatMessages;
  listeners: Listeners;
  audience: Audience;
}

/** Messages, over whatever else there is. */
export function createChat(deps: TalkDeps): Chat {
  const { database, deliveries, rateLimits, cluster, clients, logger, releases } = deps;
  const { mesh, registry } = cluster;
  const { people, chatRooms, chatMessages } = database;
  const rooms = new ChatRooms({
    ...{ store: chatRooms, deliveries, now: Date.now },
    findPeople: (userIds) => people.find(userIds),
    apartFrom: (userId, others) => people.apartFrom(userId, others),
    assertMayOpen: (userId) => rateLimits.consume('chatRoomsPerPerson', userId),
    onPutOut(roomId, userId) {
      for (const { instanceId, roles } of registry.nodes) {
        if (roles.includes('signaling')) mesh.tell(instanceId, PUT_OUT, { roomId, userId });
      }
    },
  });
  const audience = new Audience({
    deliveries,
    memberIds: (roomId) => chatRooms.memberIds(roomId),
    channelOfMeeting: roomOf,
  });
  const messages = new ChatMessages({
    ...{ store: chatMessages, rooms, audience, now: Date.now },
    assertMayWrite: (userId) => rateLimits.consume('chatMessagesPerPerson', userId),
  });
  const listeners = new Listeners({ store: chatRooms, rooms, audience });
  mesh.serve(PUT_OUT, (message) => {
    // Only nodes of this cluster get here.
    const { roomId, userId } = message as { roomId: string; userId: string };
    listeners.handlePutOut(roomId, userId);
  });
  clients.on('gone', ({ connectionId }) => listeners.handleGone(connectionId));
  const timer = setInterval(() => {
    listeners
      .recheck()
      .catch((error: unknown) => logger.warn({ err: error }, 'chat listeners not checked'));
  }, RECHECK_MS).unref();
  releases.push('chat', () => {
    clearInterval(timer);
    listeners.close();
  });
  return { rooms, messages, listeners, audience };
}
