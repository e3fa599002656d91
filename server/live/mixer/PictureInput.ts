import { FrameAssembler, type EncodedFrame } from './FrameAssembler.ts';
import { h264 } from './h264.ts';
import type { MediaPort, RtpStream } from './MediaPort.ts';
import { vp8 } from './vp8.ts';

export type PictureCodec = 'VP8' | 'H264';

export const DEPACKETIZERS = { VP8: vp8, H264: h264 };
/** Between two requests for a key frame: encoders take no more, and some take their time. */
const KEY_INTERVAL_MS = 500;

export interface PictureInputEvents {
  onFrame(frame: EncodedFrame): void;
  /** Nothing can be shown before a key frame. */
  onKeyNeeded(): void;
}

/** One camera or screen: encoded pictures from its stream. */
export class PictureInput {
  readonly codec: PictureCodec;
  readonly #unsubscribe: () => void;
  readonly #events: PictureInputEvents;
  readonly #assembler: FrameAssembler;
  #isShown = false;
  #askedAt = -Infinity;

  constructor(
    port: MediaPort,
    stream: RtpStream & { codec: PictureCodec },
    events: PictureInputEvents,
  ) {
    this.codec = stream.codec;
    this.#events = events;
    this.#assembler = new FrameAssembler(DEPACKETIZERS[stream.codec]);
    this.#unsubscribe = port.subscribe(stream, (packet) => {
      const frames = this.#assembler.push(packet, performance.now());
      if (!this.#isShown) return;
      for (const frame of frames) events.onFrame(frame);
      if (this.#assembler.needsKey) this.#askForKey();
    });
  }

  /** Whoever gets the pictures from now on has none of those before. */
  show(): void {
    this.#isShown = true;
    this.#assembler.restart();
    this.#askForKey();
  }

  hide(): void {
    this.#isShown = false;
  }

  close(): void {
    this.#unsubscribe();
  }

  #askForKey(): void {
    const now = performance.now();
    if (now - this.#askedAt < KEY_INTERVAL_MS) return;
    this.#askedAt = now;
    this.#events.onKeyNeeded();
  }
}
