import type { z } from 'zod';
import {
  LISTENER_CHAT_PAGE,
  type liveChatRoutes,
  type ListenerMessage,
} from '../../../protocol/liveChat.ts';
import type { RateLimits } from '../../auth/RateLimits.ts';
import { AppError } from '../../core/AppError.ts';
import { createId } from '../../core/ids.ts';
import { isHeard } from '../airtime.ts';
import type { LiveAccess } from '../LiveAccess.ts';
import { listenerChatOf, type LiveRoomRecord } from '../stores.ts';
import type { ChatRows } from './ChatRows.ts';
import type { HeardMessage, ListenerChatStore } from './stores.ts';

export type ListenerChatAnswer = z.output<(typeof liveChatRoutes)['readLiveChat']['response']>;
export type WrittenByListener = z.output<(typeof liveChatRoutes)['writeLiveChat']['body']>;

export interface ListenerChatDeps {
  access: Pick<LiveAccess, 'listener'>;
  rows: Pick<ChatRows, 'read'>;
  store: Pick<ListenerChatStore, 'send' | 'find'>;
  rateLimits: Pick<RateLimits, 'consume'>;
  /** There is a chat of the meeting. */
  ensureRoom: (meetingId: string) => Promise<void>;
  /** Brings a message to everybody in the meeting. */
  tellMeeting: (meetingId: string, messageId: string) => Promise<void>;
  /** Milliseconds since the Unix epoch. */
  now: () => number;
}

/** Who asks: a listener's token, and the address that limits count under. */
export interface Asking {
  token: string;
  address: string;
}

/** The chat of a meeting that is on air, for those who listen: as far as its host lets them. */
export class ListenerChat {
  readonly #deps: ListenerChatDeps;

  constructor(deps: ListenerChatDeps) {
    this.#deps = deps;
  }

  /**
   * What has changed since the answer that had this cursor.
   * @throws AppError of `LiveAccess.listener`; FORBIDDEN: it is not open to listeners; INVALID_STATE: not on air
   */
  async read(
    roomId: string,
    { token, address }: Asking,
    after: number | null,
  ): Promise<ListenerChatAnswer> {
    const { access, rows } = this.#deps;
    const { live } = await access.listener(roomId, token, address);
    const { room } = live;
    const since = this.#assertOpen(room);
    const { rev, base, messages } = await rows.read(room.meetingId, since);
    const listenerChat = listenerChatOf(room);
    const changed = messages.filter((message) => message.rev > (after ?? 0));
    // Who has been away for long is not told what has changed, but how it is.
    if (after === null || after < base || changed.length > LISTENER_CHAT_PAGE) {
      const newest = messages.filter(({ isDeleted }) => !isDeleted).slice(-LISTENER_CHAT_PAGE);
      return { messages: newest.map(view), removed: [], isWhole: true, cursor: rev, listenerChat };
    }
    return {
      messages: changed.filter(({ isDeleted }) => !isDeleted).map(view),
      removed: changed.filter(({ isDeleted }) => isDeleted).map(({ id }) => id),
      isWhole: false,
      // This node may be a moment behind the one that answered before.
      ...{ cursor: Math.max(rev, after), listenerChat },
    };
  }

  /**
   * @throws AppError of `LiveAccess.listener`; FORBIDDEN: listeners may not write; INVALID_STATE: not on air;
   *   RATE_LIMITED
   */
  async write(
    roomId: string,
    { token, address }: Asking,
    { name, content, clientId }: WrittenByListener,
  ): Promise<ListenerMessage> {
    const { access, store, rateLimits, ensureRoom, tellMeeting, now } = this.#deps;
    // What its host has decided this moment holds for whoever writes; readers follow within a second.
    const { live, listenerId } = await access.listener(roomId, token, address, 'now');
    const since = this.#assertOpen(live.room);
    if (live.room.desired !== 'on-air') throw notOnAir();
    if (listenerChatOf(live.room) !== 'write') throw readOnly();
    await rateLimits.consume('liveChatPerListener', listenerId);
    await rateLimits.consume('liveChatPerAddress', address);
    const { meetingId, pinVersion } = live.room;
    await ensureRoom(meetingId);
    const sent = await store.send({
      ...{ id: createId(), liveRoomId: roomId, meetingId, pinVersion, clientId, content },
      ...{ senderId: `listener-${listenerId}`, senderName: name, now: now() },
    });
    if (sent.is === 'refused') throw readOnly();
    if (sent.is === 'stored') await tellMeeting(meetingId, sent.messageId);
    const message = await store.find(meetingId, sent.messageId, since);
    if (!message || message.isDeleted) throw new AppError('NOT_FOUND');
    return view(message);
  }

  /** @returns when it went on air */
  #assertOpen(room: LiveRoomRecord): number {
    if (!isHeard(room, this.#deps.now()) || room.startedAt === null) {
      throw notOnAir();
    }
    if (room.listenerChat === 'off') {
      throw new AppError('FORBIDDEN', { message: 'The chat is not open to listeners.' });
    }
    return room.startedAt;
  }
}

function notOnAir(): AppError {
  return new AppError('INVALID_STATE', { message: 'This room is not on air.' });
}

function readOnly(): AppError {
  return new AppError('FORBIDDEN', { message: 'Listeners cannot write here.' });
}

function view(message: HeardMessage): ListenerMessage {
  const { id, seq, name, fromListener, content, replyTo, createdAt, isEdited } = message;
  return {
    ...{ id, seq, name, fromListener, content, replyTo, edited: isEdited },
    createdAt: new Date(createdAt).toISOString(),
  };
}
