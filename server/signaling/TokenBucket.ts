/**
 * Lets `points` through at once and refills evenly over `perSec` seconds. Pure: time is passed in.
 * Counts in points × milliseconds, which stay whole: in fractions of a point, whoever waited as long
 * as told could find the last of them missing.
 */
export class TokenBucket {
  readonly #perMs: number;
  readonly #price: number;
  readonly #full: number;
  #left: number;
  #at: number;

  /** @param now milliseconds on any steady clock */
  constructor({ points, perSec }: { points: number; perSec: number }, now: number) {
    this.#perMs = points;
    this.#price = perSec * 1_000;
    this.#full = points * this.#price;
    this.#left = this.#full;
    this.#at = now;
  }

  /** 0 when one may pass, which is then counted; else the milliseconds until the next may. */
  take(now: number): number {
    this.#left = Math.min(this.#full, this.#left + (now - this.#at) * this.#perMs);
    this.#at = now;
    if (this.#left < this.#price) return Math.ceil((this.#price - this.#left) / this.#perMs);
    this.#left -= this.#price;
    return 0;
  }
}
