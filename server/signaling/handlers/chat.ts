import type { ChatMessages } from '../../chat/ChatMessages.ts';
import type { Listener, Listeners } from '../../chat/Listeners.ts';
import { personOf } from '../../chat/personOf.ts';
import type { Deliveries } from '../../core/Deliveries.ts';
import type { UserCaller, UserHandlers } from './UserHandlers.ts';

interface ChatDeps {
  listeners: Pick<Listeners, 'join' | 'leave' | 'setTyping'>;
  messages: Pick<ChatMessages, 'markSeen'>;
}

export function chatHandlers({ listeners, messages }: ChatDeps, deliveries: Deliveries) {
  return {
    async 'join-chat-rooms'(caller, { roomIds }) {
      const joined = await listeners.join(listenerOf(caller), roomIds);
      const answer = { success: joined.length > 0, roomIds: joined.map(({ roomId }) => roomId) };
      deliveries.toConnection(caller.connectionId, 'chat-rooms-joined', answer);
      return answer;
    },

    async 'join-rooms'(caller, { roomIds }) {
      const rooms = await listeners.join(listenerOf(caller), roomIds);
      const joined = { success: rooms.length > 0, roomIds: rooms.map(({ roomId }) => roomId) };
      deliveries.toConnection(caller.connectionId, 'chat-rooms-joined', joined);
      return { rooms };
    },

    'leave-chat-room'(caller, { roomId }) {
      listeners.leave(listenerOf(caller), roomId);
      return {};
    },

    async 'chat-typing'(caller, { roomId, isTyping }) {
      await listeners.setTyping(listenerOf(caller), roomId, isTyping);
      return {};
    },

    'mark-msgs-seen': ({ principal }, { roomId, messageIds }) =>
      messages.markSeen(personOf(principal), roomId, messageIds),
  } satisfies Partial<UserHandlers>;
}

function listenerOf(caller: UserCaller): Listener {
  return {
    connectionId: caller.connectionId,
    person: personOf(caller.principal),
    get isConnected() {
      return caller.isConnected;
    },
    follow: (channel) => caller.follow(channel),
    unfollow: (channel) => caller.unfollow(channel),
  };
}
