import { channelOf, type Audience } from './Audience.ts';
import type { ChatRooms } from './ChatRooms.ts';
import type { Person } from './Person.ts';
import type { Access, ChatRoomStore } from './stores.ts';
import { AppError } from '../core/AppError.ts';

/** Somebody who does not say otherwise has stopped writing by then. */
export const TYPING_TTL_MS = 3_000;

/** A connection as far as chat needs it. */
export interface Listener {
  readonly connectionId: string;
  readonly person: Person;
  readonly isConnected: boolean;
  follow(channel: string): void;
  unfollow(channel: string): void;
}

export interface ListenersDeps {
  store: Pick<ChatRoomStore, 'readable' | 'revoked'>;
  rooms: Pick<ChatRooms, 'access'>;
  audience: Pick<Audience, 'tellTyping'>;
}

interface Listening {
  listener: Listener;
  rooms: Set<string>;
  /** Rooms that they write in, and what ends it. */
  typing: Map<string, { access: Access; timer: NodeJS.Timeout }>;
}

/** Which connections of this node hear of which rooms, and who of them is writing. */
export class Listeners {
  readonly #deps: ListenersDeps;
  readonly #connections = new Map<string, Listening>();

  constructor(deps: ListenersDeps) {
    this.#deps = deps;
  }

  /** Rooms that one may hear of, which one does from now on, and how far they are. */
  async join(listener: Listener, roomIds: readonly string[]) {
    const { userId } = listener.person;
    const listening = this.#of(listener);
    // Followed first and asked then: whoever is put out in between is known to be here.
    const before = new Set(listening.rooms);
    for (const roomId of roomIds) listening.rooms.add(roomId);
    const readable = await this.#deps.store.readable(roomIds, userId);
    const allowed = readable.filter(({ roomId }) => listening.rooms.has(roomId));
    const ids = new Set(allowed.map(({ roomId }) => roomId));
    for (const roomId of roomIds) {
      if (ids.has(roomId)) continue;
      if (before.has(roomId)) listener.unfollow(channelOf(roomId));
      listening.rooms.delete(roomId);
    }
    if (!listener.isConnected) {
      this.handleGone(listener.connectionId);
      return [];
    }
    for (const { roomId, kind } of allowed) {
      // Of a meeting's room hears whoever is in the meeting.
      if (kind !== 'meeting') listener.follow(channelOf(roomId));
    }
    return allowed.map(({ roomId, lastSeq, rev }) => ({ roomId, lastSeq, rev }));
  }

  leave(listener: Listener, roomId: string): void {
    const listening = this.#connections.get(listener.connectionId);
    if (!listening) return;
    this.#stopTyping(listening, roomId);
    listening.rooms.delete(roomId);
    listener.unfollow(channelOf(roomId));
  }

  /** @throws AppError NOT_FOUND for a room that is not joined or not there, FORBIDDEN */
  async setTyping(listener: Listener, roomId: string, isTyping: boolean): Promise<void> {
    const listening = this.#connections.get(listener.connectionId);
    if (!listening?.rooms.has(roomId)) throw new AppError('NOT_FOUND');
    if (!isTyping) {
      this.#stopTyping(listening, roomId);
      return;
    }
    const known = listening.typing.get(roomId);
    if (known) {
      known.timer.refresh();
      return;
    }
    const access = await this.#deps.rooms.access(roomId, listener.person.userId);
    if (!access.mayWrite) {
      throw new AppError(access.apart ? 'NOT_FOUND' : 'FORBIDDEN');
    }
    // Gone, left or begun meanwhile.
    if (!listening.rooms.has(roomId) || !this.#connections.has(listener.connectionId)) return;
    if (listening.typing.has(roomId)) return;
    const timer = setTimeout(() => this.#stopTyping(listening, roomId), TYPING_TTL_MS).unref();
    listening.typing.set(roomId, { access, timer });
    this.#tell(listening, access, roomId, true);
  }

  /** Somebody is not in a room any more. */
  handlePutOut(roomId: string, userId: string): void {
    for (const { listener } of this.#connections.values()) {
      if (listener.person.userId === userId) this.leave(listener, roomId);
    }
  }

  handleGone(connectionId: string): void {
    const listening = this.#connections.get(connectionId);
    if (!listening) return;
    this.#connections.delete(connectionId);
    for (const roomId of [...listening.typing.keys()]) this.#stopTyping(listening, roomId);
  }

  /** Looks whether everybody who hears of a room is still in it: a node that was cut off was not told. */
  async recheck(): Promise<void> {
    const pairs = new Map<string, { roomId: string; userId: string }>();
    for (const { listener, rooms } of this.#connections.values()) {
      const { userId } = listener.person;
      for (const roomId of rooms) pairs.set(`${roomId} ${userId}`, { roomId, userId });
    }
    for (const { roomId, userId } of await this.#deps.store.revoked([...pairs.values()])) {
      this.handlePutOut(roomId, userId);
    }
  }

  close(): void {
    for (const { typing } of this.#connections.values()) {
      for (const { timer } of typing.values()) clearTimeout(timer);
    }
    this.#connections.clear();
  }

  #of(listener: Listener): Listening {
    const known = this.#connections.get(listener.connectionId);
    if (known) return known;
    const made: Listening = { listener, rooms: new Set(), typing: new Map() };
    this.#connections.set(listener.connectionId, made);
    return made;
  }

  #stopTyping(listening: Listening, roomId: string): void {
    const typing = listening.typing.get(roomId);
    if (!typing) return;
    clearTimeout(typing.timer);
    listening.typing.delete(roomId);
    this.#tell(listening, typing.access, roomId, false);
  }

  #tell({ listener }: Listening, access: Access, roomId: string, isTyping: boolean): void {
    const { userId, name } = listener.person;
    const fact = { roomId, userId, name, isTyping };
    const options = { except: listener.connectionId, volatile: true };
    this.#deps.audience.tellTyping(access, fact, options);
  }
}
