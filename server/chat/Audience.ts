import { EXCERPT_LENGTH, type ChatMessage, type RoomMember } from '../../protocol/chat.ts';
import type { NotificationName, NotificationPayload } from '../../protocol/notifications.ts';
import type { Deliveries, DeliveryOptions } from '../core/Deliveries.ts';
import type { Access, Changed, ChatRoomStore } from './stores.ts';

export interface AudienceDeps {
  deliveries: Deliveries;
  memberIds: ChatRoomStore['memberIds'];
  /** Where whoever is in a meeting hears of it. */
  channelOfMeeting: (meetingId: string) => string;
}

/** Where a joined room is heard. */
export function channelOf(roomId: string): string {
  return `chat:${roomId}`;
}

/** Brings what happens in rooms to those whom it concerns. */
export class Audience {
  readonly #deps: AudienceDeps;

  constructor(deps: AudienceDeps) {
    this.#deps = deps;
  }

  async tellNew(access: Pick<Access, 'kind' | 'meetingId'>, message: ChatMessage): Promise<void> {
    const { roomId } = message;
    this.#tell(access, roomId, 'new-chat-message', { roomId, message });
    if (access.kind === 'meeting') return;
    const last = {
      ...{ messageId: message.id, seq: message.seq, mentions: message.mentions },
      ...{ senderId: message.senderId, senderName: message.senderName },
      ...{ content: message.content.slice(0, EXCERPT_LENGTH).toWellFormed() },
      ...{ createdAt: message.createdAt, deletedAt: message.deletedAt },
    };
    const fact = { roomId, lastSeq: message.seq, rev: message.rev, last };
    const members = await this.#deps.memberIds(roomId);
    this.#deps.deliveries.toUsers(members, 'chat-room-updated', fact);
  }

  async tellChanged(access: Access, message: ChatMessage, changed: Changed): Promise<void> {
    const { roomId, id: messageId } = message;
    this.#tell(access, roomId, 'chat-message-updated', {
      ...{ roomId, messageId, rev: changed.rev },
      ...{ content: changed.content, mentions: changed.mentions },
      editedAt: isoOf(changed.editedAt),
      deletedAt: isoOf(changed.deletedAt),
    });
    // Lists of rooms tell of the last message.
    if (access.kind === 'meeting' || message.seq < access.lastSeq) return;
    const members = await this.#deps.memberIds(roomId);
    const fact = { roomId, lastSeq: access.lastSeq, rev: changed.rev, last: null };
    this.#deps.deliveries.toUsers(members, 'chat-room-updated', fact);
  }

  /** Much in a room is other than it was: its messages, or who is in it. */
  async tellAnew(
    roomId: string,
    { kind, meetingId, lastSeq, rev }: Pick<Access, 'kind' | 'meetingId' | 'lastSeq' | 'rev'>,
  ): Promise<void> {
    const fact = { roomId, lastSeq, rev, last: null };
    if (kind === 'meeting') {
      this.#tell({ kind, meetingId }, roomId, 'chat-room-updated', fact);
      return;
    }
    const members = await this.#deps.memberIds(roomId);
    this.#deps.deliveries.toUsers(members, 'chat-room-updated', fact);
  }

  tellReacted(access: Access, fact: NotificationPayload<'chat-message-reacted'>): void {
    this.#tell(access, fact.roomId, 'chat-message-reacted', fact);
  }

  tellTyping(
    access: Access,
    fact: NotificationPayload<'chat-user-typing'>,
    options: DeliveryOptions,
  ): void {
    this.#tell(access, fact.roomId, 'chat-user-typing', fact, options);
  }

  tellSeen(
    access: Access,
    roomId: string,
    by: RoomMember,
    fresh: readonly { messageId: string; senderId: string }[],
    at: number,
  ): void {
    if (fresh.length === 0) return;
    const { userId, name } = by;
    const seenAt = new Date(at).toISOString();
    const fact = { roomId, userId, name, seenAt };
    if (access.kind !== 'meeting') {
      const messageIds = fresh.map(({ messageId }) => messageId);
      this.#tell(access, roomId, 'messages-seen', { ...fact, messageIds });
      return;
    }
    // Everybody sees everything there: all of it to all of them would be too much.
    for (const [senderId, own] of Map.groupBy(fresh, (one) => one.senderId)) {
      const messageIds = own.map(({ messageId }) => messageId);
      this.#deps.deliveries.toUsers([senderId], 'messages-seen', { ...fact, messageIds });
    }
  }

  tellRead(userId: string, fact: NotificationPayload<'chat-room-read'>): void {
    this.#deps.deliveries.toUsers([userId], 'chat-room-read', fact);
  }

  #tell<N extends NotificationName>(
    { kind, meetingId }: Pick<Access, 'kind' | 'meetingId'>,
    roomId: string,
    name: N,
    payload: NotificationPayload<N>,
    options?: DeliveryOptions,
  ): void {
    const { deliveries, channelOfMeeting } = this.#deps;
    // Who is put out of a meeting loses its channel at once.
    const inMeeting = kind === 'meeting' && meetingId !== null;
    const channel = inMeeting ? channelOfMeeting(meetingId) : channelOf(roomId);
    deliveries.toChannel(channel, name, payload, options);
  }
}

function isoOf(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
