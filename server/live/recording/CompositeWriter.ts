import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { MixedSegment } from '../mixer/MixedSegment.ts';
import { writeWhole } from '../mixer/writeWhole.ts';
import { INDEX_NAME, readIndex, segmentName, type RecordedSegment } from './compositeIndex.ts';

/**
 * Keeps the segments of a room's largest rendition in the clear, each whole before the index names it: what was
 * written can be played whatever happens to the process. What is shared with nobody has to be kept from others by
 * the folder's own rights.
 */
export class CompositeWriter {
  readonly folder: string;
  readonly #startedAt: number;
  /** The least that is free. */
  #sequence: number;
  #stoppedAt: number | null = null;
  #isBroken = true;
  #isDone = false;

  /** Goes on where another process has left off. */
  static async open(folder: string): Promise<CompositeWriter> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // A line that was torn off must not swallow the next.
    await appendFile(join(folder, INDEX_NAME), '\n', { mode: 0o600 });
    const last = (await readIndex(folder)).segments.at(-1)?.sequence ?? -1;
    return new CompositeWriter(folder, Date.now(), last + 1);
  }

  private constructor(folder: string, startedAt: number, sequence: number) {
    this.folder = folder;
    this.#startedAt = startedAt;
    this.#sequence = sequence;
  }

  /** Whether it was stopped and has all that was before. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /**
   * Takes what is of its time: nothing that began before it was started, and the last one to its end.
   * @throws whatever writing throws: then this segment is missing
   */
  async take(segment: MixedSegment): Promise<void> {
    const { startsAt } = segment;
    if (this.#isDone || startsAt < this.#startedAt) return;
    if (this.#stoppedAt !== null && startsAt >= this.#stoppedAt) {
      this.#isDone = true;
      return;
    }
    this.#isBroken ||= segment.isDiscontinuous;
    const file = segment.files.find(({ rendition }) => rendition.size !== null);
    if (!file) return;
    const { durationSec } = file;
    // By the millisecond: parts of one recording that different mixers wrote are put into one folder.
    const sequence = Math.max(this.#sequence, Math.round(startsAt));
    const entry: RecordedSegment = {
      ...{ sequence, startsAt, durationSec, discontinuous: this.#isBroken },
    };
    try {
      await writeWhole(join(this.folder, segmentName(sequence)), file.data);
      await this.#append(entry);
    } catch (error) {
      this.#isBroken = true;
      throw error;
    }
    this.#isBroken = false;
    this.#sequence = sequence + 1;
    const endsAt = startsAt + durationSec * 1_000;
    this.#isDone = this.#stoppedAt !== null && endsAt >= this.#stoppedAt;
  }

  /** What is on the stage from now on is not recorded; what was before may still be on its way. */
  async stop(): Promise<void> {
    if (this.#stoppedAt !== null) return;
    this.#stoppedAt = Date.now();
    await this.#append({ until: this.#stoppedAt });
  }

  async #append(entry: RecordedSegment | { until: number }): Promise<void> {
    await appendFile(join(this.folder, INDEX_NAME), `${JSON.stringify(entry)}\n`);
  }
}
