import { setTimeout as sleep } from 'node:timers/promises';

const BEAT_MS = 250;
/** A process that did nothing for so long was stopped, or its machine was: clients begin to look elsewhere. */
const STOPPED_MS = 1_000;
/** So long it takes to hear which of them have gone: what they sent before waits in front of their farewell. */
const LISTEN_MS = 500;

/**
 * Notices that this process stood still. What arrived meanwhile comes all at once then, also from clients
 * that have given up: had they been served before their going is known, what they sent long ago would count
 * as later than what they have done at another node since.
 */
export class Pulse {
  readonly #timer: NodeJS.Timeout;
  #beatAt = performance.now();
  #wokeAt = -Infinity;
  #listening: Promise<void> | null = null;

  constructor() {
    this.#timer = setInterval(() => this.#beat(), BEAT_MS);
    this.#timer.unref();
  }

  /** Settles once it is known who has gone while the process stood still; null when it has not. */
  get recovering(): Promise<void> | null {
    this.#beat();
    return this.#listening;
  }

  /**
   * The same for what was begun at that moment: null where the process has not stood still since.
   * @param at by `performance.now()`
   */
  since(at: number): Promise<void> | null {
    this.#beat();
    if (this.#wokeAt < at) return null;
    return this.#listening ?? Promise.resolve();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    const now = performance.now();
    const silentMs = now - this.#beatAt;
    this.#beatAt = now;
    if (silentMs < STOPPED_MS) return;
    this.#wokeAt = now;
    const listening = sleep(LISTEN_MS).then(() => {
      if (this.#listening === listening) this.#listening = null;
    });
    this.#listening = listening;
  }
}
