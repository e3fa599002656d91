import type { MeetingParts } from './createParts.ts';
import type { MeetingDeps } from './Meeting.ts';

interface Deps extends Pick<MeetingDeps, 'admissions' | 'emptyTtlMs' | 'logger'> {
  /** How many have asked to come in and have no answer yet. */
  joining: () => number;
  /** Runs it in the meeting's turn. */
  post: (task: () => Promise<void>) => void;
  /** Nobody came back, and nobody may without asking. */
  onForgotten: () => void;
}

/** An empty meeting goes after a while, and with it the right to come back without asking. */
export class Emptiness {
  readonly #parts: MeetingParts;
  readonly #deps: Deps;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: MeetingParts, deps: Deps) {
    this.#parts = parts;
    this.#deps = deps;
  }

  /** Something has changed: the while begins anew, or ends where somebody is there. */
  watch(): void {
    clearTimeout(this.#timer);
    if (!this.#isEmpty() || this.#closed) return;
    const forget = () => this.#deps.post(() => this.#forgetEverybody());
    this.#timer = setTimeout(forget, this.#deps.emptyTtlMs);
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #isEmpty(): boolean {
    const { roster, waitingRoom } = this.#parts;
    return roster.size === 0 && waitingRoom.size === 0 && this.#deps.joining() === 0;
  }

  async #forgetEverybody(): Promise<void> {
    if (!this.#isEmpty()) return;
    const { book, leadership, roster } = this.#parts;
    try {
      // Also of those whose leaving could not be stored.
      await this.#deps.admissions.clear(roster.fence);
      book.clear();
      await leadership.reset();
    } catch (error) {
      this.#deps.logger.error({ err: error, meetingId: roster.meetingId }, 'forgetting failed');
      this.watch();
      return;
    }
    if (this.#isEmpty()) this.#deps.onForgotten();
  }
}
