/** Clocks drift by 0.05 % at most: over so many pings, sent one a second, by a few milliseconds. */
const SAMPLES = 16;

/**
 * Bounds how long ago a peer stamped something, although its clock may stand anywhere: it answers
 * each ping with its own time, which therefore came after ours when the ping was sent. What lay in
 * a buffer while this process was frozen is recognised like that, however long it lay there, and so
 * is what the peer itself could not get rid of. Never says less than the truth; more by what the
 * fastest of the last pings took to get there.
 */
export class PeerClock {
  /** Our time less the peer's, never more than the true difference. */
  readonly #differences: number[] = [];

  /** The peer's clock showed `theirs` after ours had shown `ours`, both in milliseconds. */
  note(ours: number, theirs: number): void {
    this.#differences.push(ours - theirs);
    if (this.#differences.length > SAMPLES) this.#differences.shift();
  }

  get isSet(): boolean {
    return this.#differences.length > 0;
  }

  /** At most so many milliseconds before `now` by our clock the peer's showed `theirs`. */
  ageOf(theirs: number, now: number): number {
    return now - (theirs + Math.max(...this.#differences));
  }
}
