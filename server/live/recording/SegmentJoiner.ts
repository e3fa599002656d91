import { firstPictureTime, shiftTimes, TICKS_PER_SECOND } from './transportStream.ts';

/** Where the first picture is put: what sounds a moment before it has a time too. */
const START_SEC = 10;

/** Makes one stream of segments in a row: each part follows the one before, whatever time went by between them. */
export class SegmentJoiner {
  #nextSec = START_SEC;
  #shift: number | null = null;

  /**
   * Moves the times of a segment to its place, in its data.
   * @param isDiscontinuous it does not continue the one before
   */
  place(data: Buffer, durationSec: number, isDiscontinuous: boolean): void {
    if (isDiscontinuous) this.#shift = null;
    if (this.#shift === null) {
      const first = firstPictureTime(data);
      if (first !== null) this.#shift = Math.round(this.#nextSec * TICKS_PER_SECOND) - first;
    }
    if (this.#shift !== null) shiftTimes(data, this.#shift);
    this.#nextSec += durationSec;
  }
}
