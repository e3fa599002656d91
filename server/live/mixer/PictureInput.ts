import { FrameAssembler, type EncodedFrame } from './FrameAssembler.ts';
import { h264 } from './h264.ts';
import { RtpInput, type InputCodec } from './RtpInput.ts';
import type { RtpPort } from './RtpPorts.ts';
import { vp8 } from './vp8.ts';

export type PictureCodec = 'VP8' | 'H264';

const DEPACKETIZERS = { VP8: vp8, H264: h264 };
/** Between two requests for a key frame: encoders take no more, and some take their time. */
const KEY_INTERVAL_MS = 500;

export interface PictureInputEvents {
  onFrame(frame: EncodedFrame): void;
  /** Nothing can be shown before a key frame. */
  onKeyNeeded(): void;
}

/** One camera or screen: encoded pictures from its port. */
export class PictureInput {
  readonly codec: PictureCodec;
  readonly #input: RtpInput;
  readonly #events: PictureInputEvents;
  #assembler: FrameAssembler;
  #isShown = false;
  #askedAt = -Infinity;

  constructor(
    port: RtpPort,
    codec: InputCodec & { codec: PictureCodec },
    events: PictureInputEvents,
  ) {
    this.codec = codec.codec;
    this.#events = events;
    this.#assembler = new FrameAssembler(DEPACKETIZERS[codec.codec]);
    this.#input = new RtpInput(port, codec, (packet, isAnother) => {
      if (isAnother) this.#assembler = new FrameAssembler(DEPACKETIZERS[codec.codec]);
      const frames = this.#assembler.push(packet, performance.now());
      if (!this.#isShown) return;
      for (const frame of frames) events.onFrame(frame);
      if (this.#assembler.needsKey) this.#askForKey();
    });
  }

  get counts(): { packets: number; lost: number } {
    return { packets: this.#input.packets, lost: this.#assembler.lost };
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

  close(): Promise<void> {
    return this.#input.close();
  }

  #askForKey(): void {
    const now = performance.now();
    if (now - this.#askedAt < KEY_INTERVAL_MS) return;
    this.#askedAt = now;
    this.#events.onKeyNeeded();
  }
}
