import type { MixedSegment } from '../mixer/MixedSegment.ts';
import { CompositeWriter } from './CompositeWriter.ts';

/** What of a room is being recorded: one recording, and those before it whose last segment is on its way. */
export class Composites {
  readonly #onDone: (folder: string) => void;
  #current: CompositeWriter | null = null;
  readonly #stopping = new Set<CompositeWriter>();

  /** @param onDone all that was to be recorded into this folder is there */
  constructor(onDone: (folder: string) => void) {
    this.#onDone = onDone;
  }

  /** Where it is recorded from now on; null: nowhere. @throws what writing there throws */
  async set(folder: string | null): Promise<void> {
    const before = this.#current;
    if ((before?.folder ?? null) === folder) return;
    this.#current = null;
    if (before) {
      this.#stopping.add(before);
      await before.stop();
    }
    if (folder !== null) this.#current = await CompositeWriter.open(folder);
  }

  /** @throws the first of what writing has thrown */
  async take(segment: MixedSegment): Promise<void> {
    const writers = [...this.#stopping, ...(this.#current ? [this.#current] : [])];
    const outcomes = await Promise.allSettled(writers.map((writer) => writer.take(segment)));
    for (const writer of this.#stopping) if (writer.isDone) this.#done(writer);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /** No segment comes any more. */
  close(): void {
    if (this.#current) this.#stopping.add(this.#current);
    this.#current = null;
    for (const writer of this.#stopping) this.#done(writer);
  }

  #done(writer: CompositeWriter): void {
    this.#stopping.delete(writer);
    this.#onDone(writer.folder);
  }
}
