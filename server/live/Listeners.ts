/** Who has not asked for so long is no listener any more: pages ask every 4 s. */
const SEEN_MS = 12_000;
/** Names are made up by whoever asks: beyond so many of a room none are kept. */
const MAX_OF_ROOM = 50_000;

/** How many listen to each room: pages seen by this node, and what mixers tell of all nodes. Times in milliseconds. */
export class Listeners {
  /** By room, the moment each was seen last, the earliest first. */
  readonly #seen = new Map<string, Map<string, number>>();
  readonly #totals = new Map<string, { total: number; at: number }>();

  /** A page has asked. @param listener what it calls itself */
  see(roomId: string, listener: string, now: number): void {
    const seen = this.#seen.get(roomId) ?? new Map<string, number>();
    forgetUntil(seen, now - SEEN_MS);
    // Set anew it moves to the end.
    seen.delete(listener);
    if (seen.size < MAX_OF_ROOM) seen.set(listener, now);
    this.#seen.set(roomId, seen);
  }

  /** Seen by this node. */
  count(roomId: string, now: number): number {
    const seen = this.#seen.get(roomId);
    if (!seen) return 0;
    forgetUntil(seen, now - SEEN_MS);
    if (seen.size === 0) this.#seen.delete(roomId);
    return seen.size;
  }

  /** The mixer has told how many all nodes see. */
  tell(roomId: string, total: number, now: number): void {
    this.#totals.set(roomId, { total, at: now });
  }

  /** All that is known of. */
  total(roomId: string, now: number): number {
    const here = this.count(roomId, now);
    const told = this.#totals.get(roomId);
    if (!told || now - told.at <= SEEN_MS) return Math.max(here, told?.total ?? 0);
    this.#totals.delete(roomId);
    return here;
  }

  /** The room is over. */
  forget(roomId: string): void {
    this.#seen.delete(roomId);
    this.#totals.delete(roomId);
  }
}

/** The mixer's side: what each node sees, as it told last. Times in milliseconds. */
export class Audience {
  readonly #told = new Map<string, Map<string, { listeners: number; at: number }>>();

  /** @param from instance of the node */
  tell(meetingId: string, from: string, listeners: number, now: number): void {
    const told = this.#told.get(meetingId) ?? new Map<string, { listeners: number; at: number }>();
    told.set(from, { listeners, at: now });
    this.#told.set(meetingId, told);
  }

  total(meetingId: string, now: number): number {
    let total = 0;
    const told = this.#told.get(meetingId);
    for (const [from, { listeners, at }] of told ?? []) {
      if (now - at <= SEEN_MS) total += listeners;
      else told?.delete(from);
    }
    if (told?.size === 0) this.#told.delete(meetingId);
    return total;
  }
}

function forgetUntil(seen: Map<string, number>, until: number): void {
  for (const [listener, at] of seen) {
    if (at >= until) return;
    seen.delete(listener);
  }
}
