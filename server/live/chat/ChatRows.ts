import type { HeardMessage, ListenerChatStore } from './stores.ts';

/** However many listen, a chat is read once within so many milliseconds. */
const FRESH_MS = 1_000;
/** Listeners keep what they have for so long while the store does not answer. */
const STALE_MS = 60_000;
/** Nobody has asked for so long: they come anew. */
const FORGET_MS = 60_000;
/** The newest of each chat, and most of one look. */
const KEPT = 500;

/** A chat since its room went on air. */
export interface HeardChat {
  rev: number;
  /** What changed behind this revision is all here; of before, deleted ones and the oldest are not. */
  base: number;
  /** The newest, in their order. */
  messages: readonly HeardMessage[];
}

interface Chat extends HeardChat {
  /** Of the start that it is since. */
  since: number;
  readAt: number;
  askedAt: number;
  reading: Promise<HeardChat> | null;
}

/** Chats of live rooms as they were at most a second ago: read once for all who listen on this node. */
export class ChatRows {
  readonly #store: Pick<ListenerChatStore, 'newest' | 'changes'>;
  readonly #now: () => number;
  readonly #chats = new Map<string, Chat>();

  /** @param now milliseconds since the Unix epoch */
  constructor(store: Pick<ListenerChatStore, 'newest' | 'changes'>, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /**
   * @param since when the room went on air, milliseconds since the Unix epoch
   * @throws what the store throws, unless the chat was read within the last minute
   */
  async read(meetingId: string, since: number): Promise<HeardChat> {
    const now = this.#now();
    const known = this.#chats.get(meetingId);
    const chat = known?.since === since ? known : beginning(since);
    chat.askedAt = now;
    // Set anew it moves to the end.
    this.#chats.delete(meetingId);
    this.#chats.set(meetingId, chat);
    this.#forgetUntil(now - FORGET_MS);
    if (now - chat.readAt < FRESH_MS) return chat;
    chat.reading ??= this.#look(meetingId, chat).finally(() => (chat.reading = null));
    return chat.reading;
  }

  async #look(meetingId: string, chat: Chat): Promise<HeardChat> {
    const askedAt = this.#now();
    try {
      const isFirst = chat.readAt === -Infinity;
      const { rev, messages } = isFirst
        ? await this.#store.newest(meetingId, chat.since, KEPT)
        : await this.#store.changes(meetingId, chat.since, chat.rev, KEPT);
      const all = merged(chat.messages, messages);
      chat.messages = all.slice(-KEPT);
      const dropped = all.slice(0, -KEPT).map((message) => message.rev);
      chat.base = isFirst ? rev : Math.max(chat.base, ...dropped);
      chat.rev = rev;
      chat.readAt = askedAt;
    } catch (error) {
      if (askedAt - chat.readAt > STALE_MS) throw error;
    }
    return chat;
  }

  #forgetUntil(moment: number): void {
    for (const [meetingId, { askedAt }] of this.#chats) {
      if (askedAt > moment) return;
      this.#chats.delete(meetingId);
    }
  }
}

function beginning(since: number): Chat {
  return { since, rev: 0, base: 0, messages: [], readAt: -Infinity, askedAt: 0, reading: null };
}

function merged(known: readonly HeardMessage[], changed: readonly HeardMessage[]): HeardMessage[] {
  const all = new Map(known.map((message) => [message.id, message]));
  for (const message of changed) all.set(message.id, message);
  return [...all.values()].sort((one, other) => one.seq - other.seq);
}
