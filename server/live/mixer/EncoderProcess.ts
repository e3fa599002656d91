import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { endChild, keepEnd, whenClosed } from './children.ts';
import {
  encoderArguments,
  FIRST_LIST_FD,
  PICTURES_FD,
  segmentFile,
  SOUND_FD,
  type EncoderSettings,
} from './encoderArguments.ts';
import type { Size } from './layout.ts';
import { matroskaHeader, matroskaPicture } from './matroska.ts';
import { bytesOf, type Picture } from './planes.ts';

/** Pictures that it may have not yet taken. */
const MAX_PICTURES = 3;
/** What it takes to finish the last segment. */
const GRACE_MS = 3_000;

/** A part of the stream of which all renditions are there. */
export interface SegmentRow {
  /** Seconds since the beginning of what it was given. */
  startSec: number;
  /** Of the first rendition. */
  endSec: number;
  /** In the order of the renditions. */
  files: { path: string; durationSec: number }[];
}

export interface EncoderProcessOptions extends EncoderSettings {
  ffmpeg: string;
  size: Size;
  /** Where its segments go, in the clear: nobody else's to read. */
  folder: string;
  /** Shown at its beginning, and what it gets ready with. */
  first: Picture;
  /** It takes pictures: sound and pictures that are written from now on have one beginning. */
  onReady: () => void;
  onRow: (row: SegmentRow) => void;
  /** @param said the end of what it said on standard error */
  onEnd: (said: string) => void;
}

interface Finished {
  path: string;
  startSec: number;
  endSec: number;
}

/** One FFmpeg that makes segments of all renditions from pictures and sound. */
export class EncoderProcess {
  readonly #options: EncoderProcessOptions;
  readonly #child: ChildProcess;
  readonly #pictures: Writable;
  readonly #sound: Writable;
  readonly #rows = new Map<number, (Finished | undefined)[]>();
  /** Where the last segment of each rendition ends, in seconds. */
  readonly #ends: number[] = [];
  readonly #free: Buffer[];

  constructor(options: EncoderProcessOptions) {
    this.#options = options;
    const { renditions, folder, size } = options;
    this.#child = spawn(options.ffmpeg, encoderArguments(options, folder), {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe', ...renditions.map(() => 'pipe' as const)],
    });
    const { stdio, stderr } = this.#child;
    this.#pictures = stdio[PICTURES_FD] as Writable;
    this.#sound = stdio[SOUND_FD] as Writable;
    const said = keepEnd(stderr);
    // Its end says more than the pipes that break with it.
    for (const stream of stdio) stream?.on('error', () => undefined);
    this.#child.on('error', () => undefined);
    for (const [index, { name }] of renditions.entries()) {
      const list = stdio[FIRST_LIST_FD + index] as Readable | undefined;
      if (list)
        createInterface({ input: list }).on('line', (line) => this.#list(index, name, line));
    }
    void whenClosed(this.#child).then(() => options.onEnd(said()));
    this.#free = Array.from({ length: MAX_PICTURES }, () => Buffer.allocUnsafe(bytesOf(size)));
    // It takes a while to get ready, and what is written meanwhile would be late for ever. A picture is larger
    // than what the system keeps for it, so that it is ready when it has taken one.
    this.#pictures.write(matroskaHeader(size, options.framesPerSecond));
    this.writePicture(options.first, 0, options.onReady);
  }

  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  /** Sound that it has not yet taken. */
  get queuedSoundBytes(): number {
    return this.#sound.writableLength;
  }

  /**
   * @param timeMs since its beginning @param onTaken called when it has taken it
   * @returns false when it has not taken those before: this one is left out
   */
  writePicture({ data }: Picture, timeMs: number, onTaken?: () => void): boolean {
    const buffer = this.#free.pop();
    if (!buffer) return false;
    buffer.set(data);
    this.#pictures.cork();
    this.#pictures.write(matroskaPicture(timeMs, buffer.length));
    this.#pictures.write(buffer, (error) => {
      this.#free.push(buffer);
      if (!error) onTaken?.();
    });
    this.#pictures.uncork();
    return true;
  }

  writeSound(pcm: Buffer): void {
    this.#sound.write(pcm);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Has it finish what it was given, for a moment at most; settles when it is gone. */
  async close(): Promise<void> {
    this.#pictures.end();
    this.#sound.end();
    await endChild(this.#child, GRACE_MS);
  }

  /** A line says that a segment is complete: its file, and when it begins and ends in seconds. */
  #list(index: number, rendition: string, line: string): void {
    const [file = '', , end] = line.split(',');
    const number = Number(/-(\d+)\.ts$/.exec(file)?.[1]);
    // Where it begins as told is when its first sound begins, a moment beside the picture: no gaps are meant.
    const startSec = this.#ends[index] ?? 0;
    const endSec = Number(end);
    if (!Number.isInteger(number) || !(endSec > startSec)) return;
    this.#ends[index] = endSec;
    const row = this.#rows.get(number) ?? [];
    this.#rows.set(number, row);
    const { folder, number: encoder } = this.#options;
    const path = join(folder, segmentFile(encoder, rendition, String(number)));
    row[index] = { path, startSec, endSec };
    const files = row.filter((entry) => entry !== undefined);
    const [first] = files;
    if (!first || files.length < this.#options.renditions.length) return;
    this.#rows.delete(number);
    this.#options.onRow({
      ...{ startSec: first.startSec, endSec: first.endSec },
      files: files.map((one) => ({ path: one.path, durationSec: one.endSec - one.startSec })),
    });
  }
}
