import type { ChatMessage, MessageReaction } from '../../protocol/chat.ts';
import { AppError } from '../core/AppError.ts';
import { createId } from '../core/ids.ts';
import type { Audience } from './Audience.ts';
import { noRoom, type ChatRooms } from './ChatRooms.ts';
import type { Person } from './Person.ts';
import type { Access, Changed, ChatMessageStore, MessageRange } from './stores.ts';

export interface ChatMessagesDeps {
  store: ChatMessageStore;
  rooms: ChatRooms;
  audience: Audience;
  /** Counts one message, edit or reaction. @throws AppError RATE_LIMITED */
  assertMayWrite: (userId: string) => Promise<void>;
  now: () => number;
}

interface Place {
  roomId: string;
  messageId: string;
}

/** What is written, and who has seen it. */
export class ChatMessages {
  readonly #deps: ChatMessagesDeps;

  constructor(deps: ChatMessagesDeps) {
    this.#deps = deps;
  }

  /** @throws AppError NOT_FOUND, FORBIDDEN, RATE_LIMITED */
  async send(
    person: Person,
    roomId: string,
    input: {
      content: string;
      clientId?: string;
      replyTo?: string;
      mentions?: readonly string[];
    },
  ): Promise<ChatMessage> {
    const { store, audience, assertMayWrite, now } = this.#deps;
    const access = await this.#assertWritable(roomId, person.userId);
    await assertMayWrite(person.userId);
    const sent = await store.send({
      ...{ id: createId(), roomId, senderId: person.userId, senderName: person.name },
      clientId: input.clientId ?? null,
      content: input.content,
      replyTo: input.replyTo ?? null,
      mentions: [...new Set(input.mentions)],
      now: now(),
    });
    if (sent.is === 'refused') {
      // Put out or silenced meanwhile, else it answers what is not there.
      await this.#assertWritable(roomId, person.userId);
      throw noMessage();
    }
    const message = await this.#find(roomId, sent.messageId, person.userId);
    if (sent.is === 'stored') await audience.tellNew(access, message);
    return message;
  }

  /** @throws AppError NOT_FOUND */
  async list(person: Person, roomId: string, range: MessageRange, limit: number) {
    // Before the messages: what comes in between is asked for once more, and not missed.
    const { lastSeq, rev } = await this.#deps.rooms.access(roomId, person.userId);
    const page = await this.#deps.store.list(roomId, person.userId, range, limit);
    return { ...page, lastSeq, rev };
  }

  /** @throws AppError NOT_FOUND, FORBIDDEN for what others wrote, INVALID_STATE for what is deleted, RATE_LIMITED */
  async edit(
    person: Person,
    { roomId, messageId }: Place,
    input: { content: string; mentions?: readonly string[] },
  ): Promise<ChatMessage> {
    const { store, now } = this.#deps;
    const change = { content: input.content, mentions: [...new Set(input.mentions)] };
    return this.#change(person, { roomId, messageId }, (senderId) =>
      store.edit({ roomId, messageId, senderId }, change, now()),
    );
  }

  /** @throws AppError NOT_FOUND, FORBIDDEN, RATE_LIMITED */
  async remove(person: Person, { roomId, messageId }: Place): Promise<ChatMessage> {
    const { store, rooms, now } = this.#deps;
    const { hosting } = await rooms.access(roomId, person.userId);
    const before = await this.#find(roomId, messageId, person.userId);
    const isTheirs = before.senderId === person.userId || (before.fromListener && hosting);
    if (isTheirs && before.deletedAt !== null) return before;
    return this.#change(person, { roomId, messageId }, (senderId) =>
      store.remove({ roomId, messageId, senderId }, now()),
    );
  }

  async #change(
    person: Person,
    { roomId, messageId }: Place,
    change: (senderId: string) => Promise<Changed | null>,
  ): Promise<ChatMessage> {
    const { audience, assertMayWrite } = this.#deps;
    const access = await this.#assertWritable(roomId, person.userId);
    await assertMayWrite(person.userId);
    const changed = await change(person.userId);
    const message = await this.#find(roomId, messageId, person.userId);
    if (!changed) {
      if (message.senderId !== person.userId) throw new AppError('FORBIDDEN');
      throw deleted();
    }
    await audience.tellChanged(access, message, changed);
    return message;
  }

  /** @throws AppError NOT_FOUND, FORBIDDEN, INVALID_STATE for what is deleted, RATE_LIMITED */
  async react(
    person: Person,
    { roomId, messageId }: Place,
    { reaction, on }: { reaction: MessageReaction['reaction']; on: boolean },
  ): Promise<ChatMessage> {
    const { store, audience, assertMayWrite, now } = this.#deps;
    const access = await this.#assertWritable(roomId, person.userId);
    await assertMayWrite(person.userId);
    const place = { roomId, messageId };
    const changed = await store.react(place, person, { reaction, on }, now());
    const message = await this.#find(roomId, messageId, person.userId);
    if (changed) {
      const { userId, name } = person;
      const fact = { roomId, messageId, ...changed, userId, name, reaction, on };
      audience.tellReacted(access, fact);
    } else if (message.deletedAt !== null) throw deleted();
    return message;
  }

  /** @throws AppError NOT_FOUND */
  async markSeen(person: Person, roomId: string, messageIds: readonly string[]) {
    const { store, rooms, audience, now } = this.#deps;
    const access = await rooms.access(roomId, person.userId);
    const at = now();
    // Whoever is apart learns nothing of each other, also later.
    const isShown = !access.apart;
    const marked = await store.markSeen(roomId, person, messageIds, isShown, at);
    const { fresh, readSeq, unread } = marked;
    audience.tellRead(person.userId, { roomId, readSeq, unread });
    audience.tellSeen(access, roomId, person, fresh, at);
    return { readSeq, unread };
  }

  /** @throws AppError NOT_FOUND */
  async listSeen(
    person: Person,
    { roomId, messageId }: Place,
    page: { offset: number; limit: number },
  ) {
    await this.#deps.rooms.access(roomId, person.userId);
    await this.#find(roomId, messageId, person.userId);
    return this.#deps.store.listSeen(roomId, messageId, page);
  }

  search(person: Person, query: { q: string; roomId?: string; before?: string; limit: number }) {
    return this.#deps.store.search(person.userId, query);
  }

  /** @throws AppError NOT_FOUND for whom one cannot reach, FORBIDDEN where one may read only */
  async #assertWritable(roomId: string, userId: string): Promise<Access> {
    const access = await this.#deps.rooms.access(roomId, userId);
    if (access.mayWrite) return access;
    if (access.apart) throw noRoom();
    throw new AppError('FORBIDDEN', { message: 'You cannot write here.' });
  }

  async #find(roomId: string, messageId: string, viewerId: string): Promise<ChatMessage> {
    const message = await this.#deps.store.find(roomId, messageId, viewerId);
    if (!message) throw noMessage();
    return message;
  }
}

function noMessage(): AppError {
  return new AppError('NOT_FOUND', { message: 'There is no such message.' });
}

function deleted(): AppError {
  return new AppError('INVALID_STATE', { message: 'This message was deleted.' });
}
