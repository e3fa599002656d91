/** More than this share of a second's pictures left out is a second too slow. */
const SLOW_SHARE = 0.1;
/** So many seconds in a row before it is helped. */
const SLOW_SECONDS = 5;
/** So many seconds in a row without a loss before more is tried again, doubled each time that it was in vain. */
const GOOD_SECONDS = 30;
const MAX_GOOD_SECONDS = 600;
/** Pictures are at least a quarter of what was asked for. */
export const MAX_DIVISOR = 4;

/**
 * How many pictures a second are made: as many as were asked for, or fewer where the machine does not keep up. The
 * encoder takes pictures at any rate, so that this costs no break in the stream, and halves what drawing and encoding
 * take.
 */
export class PictureRate {
  readonly #asked: number;
  #divisor = 1;
  #slow = 0;
  #good = 0;
  #goodSeconds = GOOD_SECONDS;
  #last = { composed: 0, dropped: 0 };
  #shares: number[] = [];

  constructor(framesPerSecond: number) {
    this.#asked = framesPerSecond;
  }

  get framesPerSecond(): number {
    return this.#asked / this.#divisor;
  }

  /** The share of pictures of the last seconds that were made in time: 1 keeps up. */
  get keptShare(): number {
    return this.#shares.length === 0
      ? 1
      : this.#shares.reduce((sum, share) => sum + share, 0) / this.#shares.length;
  }

  /** To be called each second. @param composed @param dropped so far @returns what was changed */
  watch(composed: number, dropped: number): 'fewer' | 'more' | null {
    const lost = dropped - this.#last.dropped;
    const due = Math.max(this.framesPerSecond, composed - this.#last.composed);
    this.#last = { composed, dropped };
    this.#shares = [...this.#shares, Math.max(0, 1 - lost / due)].slice(-SLOW_SECONDS);
    const isSlow = lost > due * SLOW_SHARE;
    this.#slow = isSlow ? this.#slow + 1 : 0;
    this.#good = isSlow ? 0 : this.#good + 1;
    if (this.#slow >= SLOW_SECONDS && this.#divisor < MAX_DIVISOR) {
      if (this.#divisor > 1) this.#goodSeconds = Math.min(this.#goodSeconds * 2, MAX_GOOD_SECONDS);
      return this.#change(this.#divisor * 2, 'fewer');
    }
    if (this.#good >= this.#goodSeconds && this.#divisor > 1) {
      return this.#change(this.#divisor / 2, 'more');
    }
    return null;
  }

  #change(divisor: number, what: 'fewer' | 'more'): 'fewer' | 'more' {
    this.#divisor = divisor;
    this.#slow = this.#good = 0;
    return what;
  }
}
