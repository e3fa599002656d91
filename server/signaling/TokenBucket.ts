/** Lets `points` through at once and refills evenly over `perSec` seconds. Pure: time is passed in. */
export class TokenBucket {
  readonly #points: number;
  readonly #perMs: number;
  #left: number;
  #at: number;

  /** @param now milliseconds on any steady clock */
  constructor({ points, perSec }: { points: number; perSec: number }, now: number) {
    this.#points = points;
    this.#perMs = points / (perSec * 1_000);
    this.#left = points;
    this.#at = now;
  }

  /** 0 when one may pass, which is then counted; else the milliseconds until the next may. */
  take(now: number): number {
    this.#left = Math.min(this.#points, this.#left + (now - this.#at) * this.#perMs);
    this.#at = now;
    if (this.#left < 1) return Math.ceil((1 - this.#left) / this.#perMs);
    this.#left -= 1;
    return 0;
  }
}
