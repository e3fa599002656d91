/** What comes so much earlier or later than its timestamp says is of another time. */
const MAX_OFF_MS = 400;
/** For so long nothing came: whoever sends may have stood still, and its clock with it. */
const PAUSE_MS = 1_000;
/** For so long everything is off: it is not the network. */
const OFF_FOR_MS = 2_000;
/** The quickest of the first packets is the one that waited least on the way. */
const SETTLES_MS = 3_000;

/**
 * Places what comes by RTP in time. Timestamps say how far frames are apart, to the sample; when all of it was is
 * known by when it came, which is never too early. Pauses in which the sender's clock stood still are made up for.
 */
export class RtpTimeline {
  readonly #perMs: number;
  #first: { timestamp: number; arrivedAt: number } | null = null;
  /** Added to what timestamps say. */
  #offsetMs = 0;
  #startsAt = 0;
  #lastArrivedAt = 0;
  #offSince: number | null = null;
  #lastMs = 0;

  /** @param clock of timestamps, a second */
  constructor(clock: number) {
    this.#perMs = clock / 1_000;
  }

  /** When the first frame was there, milliseconds since 1970; a little less with each that comes sooner. */
  get startsAt(): number {
    return this.#startsAt;
  }

  /**
   * @param timestamp that does not wrap @param arrivedAt milliseconds since 1970
   * @returns milliseconds since the first frame, never less than before
   */
  place(timestamp: number, arrivedAt: number): number {
    if (!this.#first) {
      this.#first = { timestamp, arrivedAt };
      this.#startsAt = this.#lastArrivedAt = arrivedAt;
      return 0;
    }
    const said = (timestamp - this.#first.timestamp) / this.#perMs;
    const off = arrivedAt - this.#startsAt - (said + this.#offsetMs);
    const pause = arrivedAt - this.#lastArrivedAt;
    this.#lastArrivedAt = arrivedAt;
    if (Math.abs(off) <= MAX_OFF_MS) {
      this.#offSince = null;
      const isEarly = off < 0 && arrivedAt - this.#first.arrivedAt < SETTLES_MS;
      if (isEarly) this.#startsAt += off;
    } else if (pause > PAUSE_MS || this.#isOffForLong(arrivedAt)) {
      this.#offsetMs += off;
      this.#offSince = null;
    }
    this.#lastMs = Math.max(this.#lastMs, said + this.#offsetMs);
    return this.#lastMs;
  }

  #isOffForLong(now: number): boolean {
    this.#offSince ??= now;
    return now - this.#offSince > OFF_FOR_MS;
  }
}
