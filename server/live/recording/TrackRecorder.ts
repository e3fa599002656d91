import { join } from 'node:path';
import type { Logger } from '../../core/logger.ts';
import { Mailbox } from '../../core/Mailbox.ts';
import type { MixInput } from '../mixer/feed.ts';
import { FrameAssembler, type EncodedFrame } from '../mixer/FrameAssembler.ts';
import type { MediaPort } from '../mixer/MediaPort.ts';
import { MatroskaFile } from './MatroskaFile.ts';
import { RtpTimeline } from './RtpTimeline.ts';
import { TRACK_CODECS, type TrackCodec } from './trackFormats.ts';

/** Between two requests for a key frame: encoders take no more, and some take their time. */
const KEY_INTERVAL_MS = 1_000;
/** Frames that wait for a disk that is slow; more are left out. */
const MAX_WAITING = 2_000;
/** What the last frame takes, where no other follows. */
const FRAME_MS = { audio: 20, video: 40 };

export interface TrackRecorderOptions {
  port: MediaPort;
  input: MixInput;
  folder: string;
  /** Of its file, without what says what it is. */
  name: string;
  logger: Logger;
  onKeyNeeded: () => void;
  /** There is a first frame. */
  onBegin: () => void;
  /** Writing failed; nothing more is recorded of it. */
  onError: (error: unknown) => void;
}

/** Copies one stream as it comes into a file of its own, from its first key frame on. */
export class TrackRecorder {
  readonly codec: TrackCodec;
  readonly fileName: string;
  readonly #options: TrackRecorderOptions;
  readonly #assembler: FrameAssembler;
  readonly #timeline: RtpTimeline;
  readonly #unsubscribe: () => void;
  readonly #writes = new Mailbox();
  #waiting = 0;
  #file: MatroskaFile | null = null;
  #askedAt = -Infinity;
  #frames = 0;
  #lastMs = 0;
  #hasFailed = false;
  #closing: Promise<void> | null = null;

  constructor(options: TrackRecorderOptions) {
    this.#options = options;
    const { port, input, name } = options;
    this.codec = TRACK_CODECS[input.kind];
    this.fileName = `${name}.${this.codec.extension}`;
    this.#assembler = new FrameAssembler(this.codec.depacketizer);
    this.#timeline = new RtpTimeline(this.codec.clock);
    const isAudio = this.codec.kind === 'audio';
    this.#unsubscribe = port.subscribe(input, (packet) => {
      // Of sound, every packet is a whole frame, whatever the marker says.
      const whole = isAudio ? { ...packet, marker: true } : packet;
      const frames = this.#assembler.push(whole, performance.now());
      for (const frame of frames) this.#take(frame);
      if (!isAudio && this.#assembler.needsKey) this.#askForKey();
    });
    if (!isAudio) this.#askForKey();
  }

  /** What there is of it; null before its first frame. */
  get recorded(): { startsAt: number; durationSec: number; frames: number } | null {
    if (this.#frames === 0) return null;
    const durationSec = this.#durationMs() / 1_000;
    return { startsAt: Math.round(this.#timeline.startsAt), durationSec, frames: this.#frames };
  }

  /** Says in the file how long it is by now. */
  async checkpoint(): Promise<void> {
    await this.#post(async () => this.#file?.setDuration(this.#durationMs()));
  }

  /** Settles when its file is whole. Idempotent. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#unsubscribe();
    await this.#post(async () => {
      const file = this.#file;
      this.#file = null;
      await file?.finish(this.#durationMs());
    });
    this.#writes.close();
  }

  #durationMs(): number {
    return this.#lastMs + FRAME_MS[this.codec.kind];
  }

  #take(frame: EncodedFrame): void {
    if (this.#hasFailed || this.#closing || frame.data.length === 0) return;
    const arrivedAt = Date.now();
    if (this.#waiting >= MAX_WAITING) {
      this.#assembler.restart();
      return;
    }
    const format = this.#frames === 0 ? this.codec.formatOf(frame) : null;
    if (this.#frames === 0 && !format) return;
    const timeMs = this.#timeline.place(frame.timestamp, arrivedAt);
    this.#lastMs = timeMs;
    this.#frames += 1;
    const data = this.codec.dataOf(frame);
    if (format) this.#options.onBegin();
    void this.#post(async () => {
      const { folder } = this.#options;
      if (format) this.#file = await MatroskaFile.create(join(folder, this.fileName), format);
      await this.#file?.append(timeMs, frame.isKey, data, this.codec.kind === 'video');
    });
  }

  /** One write after another; one that fails is the last. */
  async #post(write: () => Promise<void>): Promise<void> {
    this.#waiting += 1;
    try {
      await this.#writes.post(async () => {
        if (!this.#hasFailed) await write();
      });
    } catch (error) {
      if (this.#hasFailed || this.#writes.closed) return;
      this.#hasFailed = true;
      this.#options.logger.error({ err: error, file: this.fileName }, 'track cannot be recorded');
      this.#options.onError(error);
    } finally {
      this.#waiting -= 1;
    }
  }

  #askForKey(): void {
    const now = performance.now();
    if (now - this.#askedAt < KEY_INTERVAL_MS) return;
    this.#askedAt = now;
    this.#options.onKeyNeeded();
  }
}
