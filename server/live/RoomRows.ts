import type { LiveRoom, LiveStore } from './stores.ts';

/** However many listen, a row is read once within so many milliseconds. */
const FRESH_MS = 1_000;
/**
 * Listeners go on for so long while the store does not answer: longer than a database takes to be restored from its
 * replica. Where only this node is cut off from it, another PIN counts here that much later.
 */
const STALE_MS = 600_000;
/** Names are made up by whoever asks: those asked for last are kept. */
const MAX_ROOMS = 2_000;

interface Row {
  room: LiveRoom | null;
  readAt: number;
  reading: Promise<LiveRoom | null> | null;
}

/** Live rooms as they were at most a second ago. */
export class RoomRows {
  readonly #store: Pick<LiveStore, 'find'>;
  readonly #now: () => number;
  readonly #rows = new Map<string, Row>();

  /** @param now milliseconds since the Unix epoch */
  constructor(store: Pick<LiveStore, 'find'>, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** Null: there is none. @throws what the store throws, unless the room was read within the last ten minutes */
  async find(roomId: string): Promise<LiveRoom | null> {
    const row = this.#rows.get(roomId) ?? { room: null, readAt: -Infinity, reading: null };
    // Set anew it moves to the end.
    this.#rows.delete(roomId);
    this.#rows.set(roomId, row);
    if (this.#rows.size > MAX_ROOMS) this.#forgetOldest();
    if (this.#now() - row.readAt < FRESH_MS) return row.room;
    row.reading ??= this.#read(roomId, row).finally(() => (row.reading = null));
    return row.reading;
  }

  async #read(roomId: string, row: Row): Promise<LiveRoom | null> {
    const askedAt = this.#now();
    try {
      row.room = await this.#store.find(roomId);
      row.readAt = askedAt;
    } catch (error) {
      if (askedAt - row.readAt > STALE_MS) throw error;
    }
    return row.room;
  }

  #forgetOldest(): void {
    const [oldest] = this.#rows.keys();
    if (oldest !== undefined) this.#rows.delete(oldest);
  }
}
