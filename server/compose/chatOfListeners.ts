import type { Audience } from '../chat/Audience.ts';
import type { Database } from '../db/openDatabase.ts';
import type { ListenerChatDeps } from '../live/chat/ListenerChat.ts';
import type { ListenerChatStore } from '../live/chat/stores.ts';

/** The chat of meetings as listeners of live rooms need it. */
export interface ChatOfListeners extends Pick<ListenerChatDeps, 'ensureRoom' | 'tellMeeting'> {
  store: ListenerChatStore;
}

export function chatOfListeners(
  database: Pick<Database, 'listenerChat' | 'chatRooms' | 'chatMessages'>,
  audience: Pick<Audience, 'tellNew'>,
): ChatOfListeners {
  return {
    store: database.listenerChat,
    ensureRoom: (meetingId) => database.chatRooms.ensureMeetingRoom(meetingId, Date.now()),
    async tellMeeting(meetingId, messageId) {
      // As somebody sees it who has done nothing to it.
      const message = await database.chatMessages.find(meetingId, messageId, '');
      if (message) await audience.tellNew({ kind: 'meeting', meetingId }, message);
    },
  };
}
