import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { ChatRoom, MessageExcerpt } from '../../protocol/chat.ts';
import type { AnyNotification } from '../api/SignalingClient.ts';
import type { Conversation, Incoming, MeetingChatModel } from './chatModels.ts';
import type { ChatWire, Room } from './chatRoom.ts';
import { createOpenRooms } from './openRooms.ts';

interface MeetingChatDeps extends ChatWire {
  meetingId: string;
  /** What somebody who is in the meeting is called; null for one who is not. */
  nameOf: (userId: string) => string | null;
  act: (act: () => Promise<unknown>) => Promise<void>;
}

/** The meeting's chat with what the meeting does to it. */
export interface MeetingChat {
  readonly model: MeetingChatModel;
  handle(notification: AnyNotification): void;
  /** Something may have been missed. */
  resume(): void;
  close(): void;
}

/** The room of the meeting, and private ones of two who are in it. Nothing is fetched before it is looked at. */
export function createMeetingChat(deps: MeetingChatDeps): MeetingChat {
  const { meetingId, rest, selfId, nameOf } = deps;
  const privates = signal<readonly Conversation[]>([]);
  const unreadOfAll = signal(0);
  const incoming = signal<Incoming | null>(null);
  const shown = signal<Room | null>(null);
  const opened = createOpenRooms(deps);

  function note(room: ChatRoom, unread: number): void {
    const other = room.members.find(({ userId }) => userId !== selfId);
    if (!other) return;
    const conversation: Conversation = {
      ...{ roomId: room.id, userId: other.userId, name: other.name },
      unread: shown.value?.roomId === room.id ? 0 : unread,
    };
    const rest = privates.value.filter(({ roomId }) => roomId !== room.id);
    privates.value = [...rest, conversation];
  }

  function setUnread(roomId: string, change: (unread: number) => number): void {
    if (roomId === meetingId) unreadOfAll.value = change(unreadOfAll.value);
    privates.value = privates.value.map((one) =>
      one.roomId === roomId ? { ...one, unread: change(one.unread) } : one,
    );
  }

  async function handleUpdated(roomId: string, last: MessageExcerpt | null): Promise<void> {
    const fresh = last !== null && last.senderId !== selfId;
    const known = privates.value.some((one) => one.roomId === roomId);
    if (!known) {
      const { room } = await rest.call('readRoom', { params: { roomId } });
      if (room.kind !== 'meeting-private' || room.meetingId !== meetingId) return;
      note(room, room.unread);
    } else if (fresh && shown.value?.roomId !== roomId) setUnread(roomId, (count) => count + 1);
    if (fresh) incoming.value = { roomId, message: last };
  }

  function show(roomId: string): void {
    if (shown.value?.roomId === roomId) return;
    hide();
    const room = opened.open(roomId);
    shown.value = room;
    setUnread(roomId, () => 0);
    void room.load();
  }

  function hide(): void {
    if (shown.value) opened.close(shown.value.roomId);
    shown.value = null;
  }

  const conversations: ReadonlySignal<readonly Conversation[]> = computed(() => [
    { roomId: meetingId, userId: null, name: '', unread: unreadOfAll.value },
    ...privates.value,
  ]);

  return {
    model: {
      conversations,
      unread: computed(() => conversations.value.reduce((sum, { unread }) => sum + unread, 0)),
      incoming,
      shown,
      show,
      hide,
      writeTo: (userId) =>
        deps.act(async () => {
          const known = privates.value.find((one) => one.userId === userId);
          if (known && nameOf(userId) !== null) {
            show(known.roomId);
            return;
          }
          const before = shown.value?.roomId;
          // What is meant for one is not to be written to everybody meanwhile.
          hide();
          try {
            const body = { memberIds: [userId], meetingId };
            const { room } = await rest.call('createRoom', { body });
            note(room, 0);
            show(room.id);
          } catch (error) {
            if (before !== undefined) show(before);
            throw error;
          }
        }),
    },
    handle({ name, payload }) {
      if (name === 'chat-room-updated') {
        // Refused where it is none of one's own any more.
        handleUpdated(payload.roomId, payload.last).catch(() => undefined);
      }
      if (name !== 'new-chat-message' || payload.roomId !== meetingId) return;
      const { message } = payload;
      if (message.senderId === selfId) return;
      if (shown.value?.roomId !== meetingId) setUnread(meetingId, (count) => count + 1);
      incoming.value = {
        roomId: meetingId,
        message: { ...message, messageId: message.id },
      };
    },
    resume() {
      rest.call('listRooms', { query: { limit: '50' } }).then(
        ({ rooms }) => {
          for (const room of rooms) {
            const here = room.kind === 'meeting-private' && room.meetingId === meetingId;
            if (here) note(room, room.unread);
          }
        },
        () => undefined,
      );
    },
    close() {
      shown.value = null;
      opened.closeAll();
    },
  };
}
