import type { ChatMessages } from '../../chat/ChatMessages.ts';
import type { ChatRooms } from '../../chat/ChatRooms.ts';
import { personOf } from '../../chat/personOf.ts';
import type { MessageRange } from '../../chat/stores.ts';
import type { RouteHandlers } from '../bindRoutes.ts';

export interface ChatRouteDeps {
  chat: {
    rooms: Pick<ChatRooms, 'list' | 'create' | 'read' | 'update' | 'addMembers' | 'removeMember'>;
    messages: Pick<
      ChatMessages,
      'send' | 'list' | 'edit' | 'remove' | 'react' | 'listSeen' | 'search'
    >;
  };
}

export function createChatRoutes({ chat: { rooms, messages } }: ChatRouteDeps) {
  return {
    listRooms: ({ principal, query: { before, limit } }) =>
      rooms.list(principal.userId, { limit, ...(before !== undefined && { before }) }),

    async createRoom({ principal, body }) {
      return { room: await rooms.create(personOf(principal), body) };
    },

    async readRoom({ principal, params }) {
      return { room: await rooms.read(params.roomId, principal.userId) };
    },

    async updateRoom({ principal, params, body }) {
      return { room: await rooms.update(personOf(principal), params.roomId, body) };
    },

    async addMembers({ principal, params, body }) {
      const room = await rooms.addMembers(personOf(principal), params.roomId, body.userIds);
      return { room };
    },

    async removeMember({ principal, params }) {
      await rooms.removeMember(personOf(principal), params.roomId, params.userId);
      return undefined;
    },

    async sendMessage({ principal, params, body }) {
      return { message: await messages.send(personOf(principal), params.roomId, body) };
    },

    listMessages: ({ principal, params, query: { limit, ...range } }) =>
      messages.list(personOf(principal), params.roomId, rangeOf(range), limit),

    async editMessage({ principal, params, body }) {
      return { message: await messages.edit(personOf(principal), params, body) };
    },

    async deleteMessage({ principal, params }) {
      return { message: await messages.remove(personOf(principal), params) };
    },

    async reactToMessage({ principal, params, body }) {
      return { message: await messages.react(personOf(principal), params, body) };
    },

    listSeen: ({ principal, params, query }) =>
      messages.listSeen(personOf(principal), params, query),

    searchMessages: ({ principal, query: { before, ...query } }) =>
      messages.search(personOf(principal), { ...query, ...(before !== undefined && { before }) }),
  } satisfies Partial<RouteHandlers>;
}

/** At most one of them is named. */
function rangeOf(range: { after?: number; before?: number; since?: number }): MessageRange {
  for (const from of ['after', 'before', 'since'] as const) {
    const number = range[from];
    if (number !== undefined) return { from, number };
  }
  return { from: 'newest' };
}
