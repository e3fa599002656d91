import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Logger } from '../../core/logger.ts';
import { Backoff } from './Backoff.ts';
import { keepEnd, killChild, whenClosed } from './children.ts';
import type { EncodedFrame } from './FrameAssembler.ts';
import { ivfFrame, ivfHeader } from './ivf.ts';
import { MIXED_AFTER_MS } from './JitterBuffer.ts';
import type { Size } from './layout.ts';
import type { PictureCodec } from './PictureInput.ts';
import { bytesOf, type Picture } from './planes.ts';

/** A decoder that is given frames and answers none of them for so long hangs. */
const HANGS_AFTER_MS = 3_000;
/** Encoded frames that may wait for a decoder; more than that are of the past. */
const MAX_QUEUED_BYTES = 2 ** 21;
/** Decoded pictures that may wait for their time; what comes in that time 50 times a second. */
const MAX_READY = 12;
/** Frames that a decoder answers with no picture must not make later ones late for ever. */
const MAX_PENDING = 60;
/** Ends a frame of H.264, which is otherwise known to be whole when the next begins. */
const ACCESS_UNIT_END = Buffer.from([0, 0, 0, 1, 0x09, 0xf0]);

export interface SlotDecoderOptions {
  ffmpeg: string;
  /** Of the pictures that it makes, whatever it is given: scaled to fit, black around. */
  size: Size;
  logger: Logger;
  /** It has nothing to begin with: a key frame is needed. */
  onKeyNeeded: () => void;
}

type DecoderChild = ChildProcessByStdio<Writable, Readable, Readable>;

type State =
  | { name: 'idle' }
  | {
      name: 'running';
      child: DecoderChild;
      codec: PictureCodec;
      startedAt: number;
    }
  | { name: 'waiting'; timer: NodeJS.Timeout }
  | { name: 'closed' };

/**
 * One FFmpeg that decodes whatever is shown in one slot. Frames go in by a pipe and not by UDP: so none is lost
 * between the two, none that comes before the process listens, and another source needs no other numbers.
 */
export class SlotDecoder {
  readonly #options: SlotDecoderOptions;
  readonly #backoff = new Backoff();
  readonly #ending = new Set<Promise<void>>();
  #state: State = { name: 'idle' };
  readonly #spare: Uint8Array[] = [];
  #filling: Uint8Array;
  #filled = 0;
  #shown: Uint8Array | null = null;
  #ready: { data: Uint8Array; dueAt: number }[] = [];
  /** When the pictures of the frames that are being decoded are to be shown. */
  #pending: number[] = [];
  #ignored = 0;
  #pictures = 0;
  #version = 0;
  #restarts = 0;
  #unansweredSince: number | null = null;

  constructor(options: SlotDecoderOptions) {
    this.#options = options;
    this.#filling = new Uint8Array(bytesOf(options.size));
  }

  /** The picture that is to be shown now, until it is asked again; null when there is none yet. */
  take(): Picture | null {
    const now = performance.now();
    while ((this.#ready[0]?.dueAt ?? Infinity) <= now) this.#showNext();
    return this.#shown && { ...this.#options.size, data: this.#shown };
  }

  /** Changes with the picture. */
  get version(): number {
    return this.#version;
  }

  /** `pictures`: decoded since something else was last put into the slot. */
  get health(): {
    state: State['name'];
    restarts: number;
    pictures: number;
    pid: number | null;
  } {
    const pid = this.#state.name === 'running' ? (this.#state.child.pid ?? null) : null;
    return {
      state: this.#state.name,
      restarts: this.#restarts,
      pictures: this.#pictures,
      pid,
    };
  }

  /** What is decoded from now on is something else. */
  forget(): void {
    this.#spare.push(...this.#ready.map(({ data }) => data));
    if (this.#shown) this.#spare.push(this.#shown);
    this.#shown = null;
    this.#ready = [];
    this.#pictures = 0;
    this.#version += 1;
    // What is still being decoded is of before.
    this.#ignored = this.#pending.length;
  }

  /**
   * Gives it the next frame, and starts it for the first.
   * @returns false when it cannot take it: the next that it takes has to be a key frame
   */
  decode(codec: PictureCodec, { data, isKey }: EncodedFrame): boolean {
    if (this.#state.name === 'running' && this.#state.codec !== codec)
      this.#stop(this.#state.child);
    if (this.#state.name === 'idle') {
      if (!isKey) return false;
      this.#start(codec);
    }
    const state = this.#state;
    if (state.name !== 'running') return false;
    const now = performance.now();
    if (this.#unansweredSince !== null && now - this.#unansweredSince > HANGS_AFTER_MS) {
      this.#options.logger.warn({ pid: state.child.pid }, 'picture decoder hangs');
      state.child.kill('SIGKILL');
      return false;
    }
    const { stdin } = state.child;
    if (stdin.writableLength > MAX_QUEUED_BYTES) return false;
    this.#unansweredSince ??= now;
    this.#pending.push(now + MIXED_AFTER_MS);
    if (this.#pending.length > MAX_PENDING) this.#pending.shift();
    if (codec === 'VP8') stdin.write(ivfFrame(data, now - state.startedAt));
    else {
      stdin.write(data);
      stdin.write(ACCESS_UNIT_END);
    }
    return true;
  }

  /** Settles when its process is gone. Idempotent. */
  async close(): Promise<void> {
    if (this.#state.name === 'waiting') clearTimeout(this.#state.timer);
    if (this.#state.name === 'running') this.#stop(this.#state.child);
    this.#state = { name: 'closed' };
    await Promise.all(this.#ending);
  }

  #start(codec: PictureCodec): void {
    const { size, logger } = this.#options;
    const startedAt = performance.now();
    const child = this.#spawn(codec);
    if (!child) {
      this.#restartLater(0);
      return;
    }
    this.#state = { name: 'running', child, codec, startedAt };
    this.#filled = 0;
    this.#pending = [];
    this.#ignored = 0;
    this.#unansweredSince = null;
    const said = keepEnd(child.stderr);
    // Its end says more than the pipe that breaks with it.
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => logger.error({ err: error }, 'picture decoder failed'));
    if (codec === 'VP8') child.stdin.write(ivfHeader(size));
    child.stdout.on('data', (chunk: Buffer) => {
      if (this.#isCurrent(child)) this.#receive(chunk);
    });
    const ending = whenClosed(child).then(() => {
      this.#ending.delete(ending);
      if (!this.#isCurrent(child)) return;
      logger.warn({ pid: child.pid, said: said() }, 'picture decoder ended');
      this.#restartLater(performance.now() - startedAt);
    });
    this.#ending.add(ending);
  }

  #spawn(codec: PictureCodec): DecoderChild | null {
    const { ffmpeg, size, logger } = this.#options;
    try {
      return spawn(ffmpeg, decoderArguments(codec, size), { stdio: ['pipe', 'pipe', 'pipe'] });
    } catch (error) {
      // The system has no process or file handle left, and may have some later.
      logger.error({ err: error }, 'picture decoder could not be started');
      return null;
    }
  }

  #isCurrent(child: unknown): boolean {
    return this.#state.name === 'running' && this.#state.child === child;
  }

  #stop(child: DecoderChild): void {
    this.#state = { name: 'idle' };
    void killChild(child);
  }

  #restartLater(ranMs: number): void {
    this.#restarts += 1;
    const timer = setTimeout(() => {
      this.#state = { name: 'idle' };
      this.#options.onKeyNeeded();
    }, this.#backoff.next(ranMs));
    this.#state = { name: 'waiting', timer };
  }

  #receive(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      const taken = Math.min(chunk.length - at, this.#filling.length - this.#filled);
      this.#filling.set(chunk.subarray(at, at + taken), this.#filled);
      this.#filled += taken;
      at += taken;
      if (this.#filled < this.#filling.length) return;
      this.#filled = 0;
      this.#unansweredSince = null;
      this.#keep(this.#pending.shift() ?? 0);
    }
  }

  #keep(dueAt: number): void {
    if (this.#ignored > 0) {
      this.#ignored -= 1;
      return;
    }
    this.#pictures += 1;
    this.#ready.push({ data: this.#filling, dueAt });
    if (this.#ready.length > MAX_READY) this.#showNext();
    // Made when they are needed: few pictures come so often that all have to wait.
    this.#filling = this.#spare.pop() ?? new Uint8Array(bytesOf(this.#options.size));
  }

  #showNext(): void {
    const next = this.#ready.shift();
    if (!next) return;
    if (this.#shown) this.#spare.push(this.#shown);
    this.#shown = next.data;
    this.#version += 1;
  }
}

function decoderArguments(codec: PictureCodec, { width, height }: Size): string[] {
  // Browsers encode VP8 by BT.601 and say so nowhere; H.264 says what it is.
  const from = codec === 'VP8' ? 'bt601' : 'auto';
  const fit = [
    `scale=${width}:${height}:force_original_aspect_ratio=decrease:force_divisible_by=2`,
    `flags=bilinear:in_color_matrix=${from}:out_color_matrix=bt709`,
  ].join(':');
  return [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin'],
    // Every frame that goes in comes out at once, and none is looked at for longer than needed. Not `nobuffer`: that
    // forgets what it has looked at, which is the key frame.
    ...['-probesize', '32', '-analyzeduration', '0', '-flags', 'low_delay'],
    ...['-threads', '1', '-f', codec === 'VP8' ? 'ivf' : 'h264', '-i', 'pipe:0'],
    ...['-vf', `${fit},pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2,setsar=1`],
    ...['-pix_fmt', 'yuv420p', '-fps_mode', 'passthrough', '-threads', '1'],
    ...['-f', 'rawvideo', 'pipe:1'],
  ];
}
