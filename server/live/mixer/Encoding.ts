import type { Logger } from '../../core/logger.ts';
import { Backoff } from './Backoff.ts';
import { EncoderProcess, type EncoderProcessOptions, type SegmentRow } from './EncoderProcess.ts';
import type { Picture } from './planes.ts';

/** An encoder that is so far behind hangs, or will never catch up. */
const MAX_LAG_MS = 10_000;
/** Over what time its speed is measured. */
const SPEED_WINDOW_MS = 15_000;

export interface EncodingOptions extends Omit<
  EncoderProcessOptions,
  'first' | 'onReady' | 'onRow' | 'onEnd'
> {
  logger: Logger;
  /** @param startsAt when it was mixed, milliseconds since 1970 @param isFirst of its encoder */
  onRow: (row: SegmentRow, startsAt: number, isFirst: boolean) => void;
}

export interface EncoderHealth {
  /** `waiting`: for another one to be started, or to get ready. */
  state: 'running' | 'waiting' | 'closed';
  pid: number | null;
  restarts: number;
  /** From the stage to the end of the last whole segment. */
  lagMs: number;
  /** Seconds of stream made in a second; below 1 it falls behind. Null before it can be told. */
  speed: number | null;
  droppedPictures: number;
  queuedSoundBytes: number;
  /** What the encoder said that ended last. */
  lastError: string | null;
}

interface Run {
  process: EncoderProcess;
  isReady: boolean;
  hasBegun: boolean;
  /** When it was started, and then when its stream began: on the mixer's clock, milliseconds. */
  startedAt: number;
  /** The latter in milliseconds since 1970. */
  begunOn: number;
  /** Of the stream, since it was started. */
  doneMs: number;
  marks: { at: number; doneMs: number }[];
  hasRows: boolean;
}

/** Keeps an encoder running: starts another when one ends or hangs, and pictures and sound go on from there. */
export class Encoding {
  readonly #options: EncodingOptions;
  readonly #backoff = new Backoff();
  #run: Run | null = null;
  #startAt = 0;
  #restarts = 0;
  #dropped = 0;
  #now = 0;
  #lastError: string | null = null;
  #closed = false;

  constructor(options: EncodingOptions) {
    this.#options = options;
  }

  /** Whether what it is given becomes a part of its stream. */
  get hasBegun(): boolean {
    return this.#run?.hasBegun ?? false;
  }

  get health(): EncoderHealth {
    const run = this.#run;
    return {
      state: this.#closed ? 'closed' : run?.hasBegun ? 'running' : 'waiting',
      pid: run?.process.pid ?? null,
      restarts: this.#restarts,
      lagMs: run ? Math.round(this.#lagOf(run)) : 0,
      speed: run ? speedOf(run) : null,
      droppedPictures: this.#dropped,
      queuedSoundBytes: run?.process.queuedSoundBytes ?? 0,
      lastError: this.#lastError,
    };
  }

  /**
   * The next step of sound, with the picture that is due with it.
   * @param at when it begins, on the mixer's clock, milliseconds
   * @param picture null: none is due
   */
  write(at: number, pcm: Buffer, picture: Picture | null): void {
    this.#now = at;
    if (this.#closed) return;
    if (!this.#run && picture && at >= this.#startAt) this.#tryToStart(at, picture);
    const run = this.#run;
    if (!run) return;
    if (run.hasBegun) {
      run.process.writeSound(pcm);
      if (picture && !run.process.writePicture(picture, at - run.startedAt)) this.#dropped += 1;
    } else if (run.isReady && picture) {
      // It has the first picture already.
      Object.assign(run, { hasBegun: true, startedAt: at, begunOn: Date.now() });
      run.process.writeSound(pcm);
    }
    if (this.#lagOf(run) < MAX_LAG_MS) return;
    this.#options.logger.warn({ pid: run.process.pid }, 'encoder hangs or is too slow');
    this.#lastError = 'The encoder hung.';
    run.process.kill();
    this.#leave(run);
  }

  /** Nothing was made of so much time: what comes now is of later. @param ms */
  skip(ms: number): void {
    if (this.#run) this.#run.begunOn += ms;
  }

  /** A picture was not even drawn: there was no time for it. */
  countDropped(): void {
    this.#dropped += 1;
  }

  /** Settles when the last segment was handed on and the process is gone. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#run?.process.close();
    this.#run = null;
  }

  #tryToStart(at: number, first: Picture): void {
    try {
      this.#run = this.#start(at, first);
    } catch (error) {
      // The system has no process or file handle left, and may have some later.
      this.#options.logger.error({ err: error }, 'encoder could not be started');
      this.#startAt = at + this.#backoff.next(0);
    }
  }

  #start(at: number, first: Picture): Run {
    const run: Run = {
      process: new EncoderProcess({
        ...this.#options,
        first,
        onReady: () => {
          run.isReady = true;
        },
        onRow: (row) => {
          run.doneMs = row.endSec * 1_000;
          run.marks.push({ at: performance.now(), doneMs: run.doneMs });
          this.#options.onRow(row, run.begunOn + row.startSec * 1_000, !run.hasRows);
          run.hasRows = true;
        },
        onEnd: (said) => {
          if (this.#run !== run || this.#closed) return;
          this.#options.logger.warn({ pid: run.process.pid, said }, 'encoder ended');
          this.#lastError = `The encoder ended. ${said}`.trim();
          this.#leave(run);
        },
      }),
      ...{ isReady: false, hasBegun: false, startedAt: at, begunOn: Date.now() },
      ...{ doneMs: 0, marks: [], hasRows: false },
    };
    return run;
  }

  #leave(run: Run): void {
    this.#run = null;
    this.#restarts += 1;
    this.#startAt = this.#now + this.#backoff.next(this.#now - run.startedAt);
  }

  #lagOf(run: Run): number {
    return this.#now - run.startedAt - run.doneMs;
  }
}

function speedOf({ marks }: Run): number | null {
  const last = marks.at(-1);
  while ((marks[0]?.at ?? Infinity) < (last?.at ?? 0) - SPEED_WINDOW_MS) marks.shift();
  const [first] = marks;
  if (!first || !last || last === first) return null;
  return (last.doneMs - first.doneMs) / (last.at - first.at);
}
