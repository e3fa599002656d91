import { computed, signal } from '@preact/signals';
import type { ChatRoom, RoomMember } from '../../protocol/chat.ts';
import type { NotificationPayload } from '../../protocol/notifications.ts';
import { toRequestError } from '../api/RequestError.ts';
import type { ChatModel, Incoming } from './chatModels.ts';
import type { Loadable } from './models.ts';
import { createOpenRooms } from './openRooms.ts';
import type { TalkDeps } from './talk.ts';

const PAGE = '50';

export function createChat(deps: TalkDeps): ChatModel {
  const { signaling, rest, self } = deps;
  const rooms = signal<Loadable<readonly ChatRoom[]>>({ is: 'loading' });
  const hasMore = signal(false);
  const incoming = signal<Incoming | null>(null);
  const opened = createOpenRooms({ signaling, rest, selfId: self.id });
  let next: string | null = null;

  const known = (): readonly ChatRoom[] => (rooms.value.is === 'ready' ? rooms.value.value : []);

  function show(all: readonly ChatRoom[]): void {
    const sorted = [...all].sort((a, b) => b.activeAt.localeCompare(a.activeAt));
    rooms.value = { is: 'ready', value: sorted };
  }

  function put(room: ChatRoom): void {
    show([...known().filter(({ id }) => id !== room.id), room]);
  }

  function patch(roomId: string, change: Partial<ChatRoom>): void {
    if (rooms.value.is !== 'ready') return;
    show(known().map((room) => (room.id === roomId ? { ...room, ...change } : room)));
  }

  function forget(roomId: string): void {
    if (rooms.value.is === 'ready') show(known().filter(({ id }) => id !== roomId));
  }

  async function load(): Promise<void> {
    if (rooms.value.is === 'failed') rooms.value = { is: 'loading' };
    try {
      const answer = await rest.call('listRooms', { query: { limit: PAGE } });
      next = answer.next;
      hasMore.value = next !== null;
      show(answer.rooms);
    } catch (error) {
      if (rooms.value.is !== 'ready') {
        rooms.value = { is: 'failed', failure: toRequestError(error) };
      }
    }
  }

  async function refresh(roomId: string): Promise<void> {
    try {
      put((await rest.call('readRoom', { params: { roomId } })).room);
    } catch (error) {
      if (toRequestError(error).code === 'NOT_FOUND') forget(roomId);
    }
  }

  async function handleUpdated(fact: NotificationPayload<'chat-room-updated'>): Promise<void> {
    const { roomId, lastSeq, rev, last } = fact;
    const before = known().find(({ id }) => id === roomId);
    const fresh = last !== null && last.senderId !== self.id && lastSeq > (before?.lastSeq ?? 0);
    if (!before || last === null) await refresh(roomId);
    else if (lastSeq > before.lastSeq) {
      const unread = Math.min(100, before.unread + (fresh ? 1 : 0));
      patch(roomId, { lastSeq, rev, last, unread, activeAt: last.createdAt });
    }
    const muted = known().find(({ id }) => id === roomId)?.muted ?? true;
    if (fresh && !muted) incoming.value = { roomId, message: last };
  }

  deps.onNotification(({ name, payload }) => {
    if (name === 'chat-room-updated') void handleUpdated(payload);
    else if (name === 'chat-room-read') {
      patch(payload.roomId, { readSeq: payload.readSeq, unread: payload.unread });
    } else if (name === 'chat-room-left') forget(payload.roomId);
  });
  deps.onSync(() => void load());
  deps.onClose(() => opened.closeAll());

  return {
    selfId: self.id,
    unseen: computed(() =>
      known().reduce((sum, { unread, muted }) => sum + (muted ? 0 : unread), 0),
    ),
    rooms,
    hasMore,
    incoming,
    load,
    async loadMore() {
      if (next === null) return;
      const answer = await rest.call('listRooms', { query: { limit: PAGE, before: next } });
      next = answer.next;
      hasMore.value = next !== null;
      const ids = new Set(answer.rooms.map(({ id }) => id));
      show([...known().filter(({ id }) => !ids.has(id)), ...answer.rooms]);
    },
    open: (roomId) => opened.open(roomId),
    close: (roomId) => opened.close(roomId),
    async create(memberIds, title) {
      const body = { memberIds: [...memberIds], ...(title !== null && { title }) };
      const { room } = await rest.call('createRoom', { body });
      put(room);
      return room;
    },
    async rename(roomId, title) {
      put((await rest.call('updateRoom', { params: { roomId }, body: { title } })).room);
    },
    async mute(roomId, muted) {
      put((await rest.call('updateRoom', { params: { roomId }, body: { muted } })).room);
    },
    async addMembers(roomId, userIds) {
      const body = { userIds: [...userIds] };
      put((await rest.call('addMembers', { params: { roomId }, body })).room);
    },
    async removeMember(roomId, userId) {
      await rest.call('removeMember', { params: { roomId, userId } });
      if (userId === self.id) forget(roomId);
      else await refresh(roomId);
    },
    async findPeople(text) {
      const familiar = peopleOf(known(), self.id, text);
      if (text.trim() === '') return familiar;
      const { people } = await rest.call('searchPeople', { query: { q: text.trim() } });
      const found = people.map(({ id: userId, name }) => ({ userId, name }));
      const all = new Map([...familiar, ...found].map((one) => [one.userId, one]));
      return [...all.values()].filter(({ userId }) => userId !== self.id);
    },
    search: (text, before) =>
      rest.call('searchMessages', { query: { q: text, ...(before !== null && { before }) } }),
  };
}

/** Everybody else in these rooms whose name contains the text. */
function peopleOf(rooms: readonly ChatRoom[], selfId: string, text: string): RoomMember[] {
  const wanted = text.trim().toLocaleLowerCase();
  const people = new Map<string, RoomMember>();
  for (const { kind, members, mayWrite } of rooms) {
    // Those of a meeting may be guests; whom one cannot write to is blocked, or has no account any more.
    if ((kind !== 'direct' && kind !== 'group') || !mayWrite) continue;
    for (const member of members) {
      const fits = member.name.toLocaleLowerCase().includes(wanted);
      if (member.userId !== selfId && fits) people.set(member.userId, member);
    }
  }
  return [...people.values()].sort((a, b) => a.name.localeCompare(b.name));
}
