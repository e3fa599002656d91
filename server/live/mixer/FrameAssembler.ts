import { Unwrapper, type RtpPacket } from './rtp.ts';

/** What one packet carries of a picture. */
export interface Piece {
  data: readonly Uint8Array[];
  /** Whether a picture, or a unit of one, begins here. */
  begins: boolean;
  /** Whether decoding can begin here. */
  isKey: boolean;
}

export interface Depacketizer {
  /** Null for what is malformed. */
  read(payload: Uint8Array): Piece | null;
}

/** One encoded picture. */
export interface EncodedFrame {
  /** 90 kHz, does not wrap. */
  timestamp: number;
  isKey: boolean;
  data: Buffer;
}

/** How long a packet that is missing is waited for: what others passed on the way comes within this. */
const MAX_GAP_MS = 60;
/** And while fewer than these came after it. */
const MAX_WAITING = 256;

/**
 * Puts the packets of one camera or screen in order and makes whole pictures of them. After a loss
 * nothing comes until the next key frame: what would be decoded of the rest is smeared.
 */
export class FrameAssembler {
  readonly #depacketizer: Depacketizer;
  readonly #sequences = new Unwrapper(16);
  readonly #timestamps = new Unwrapper(32);
  readonly #waiting = new Map<number, RtpPacket>();
  #next: number | null = null;
  #parts: Uint8Array[] = [];
  #timestamp: number | null = null;
  #isKey = false;
  #broken = false;
  #needsKey = true;
  #gapSince: number | null = null;
  #lost = 0;

  constructor(depacketizer: Depacketizer) {
    this.#depacketizer = depacketizer;
  }

  /** Whether what comes is of no use before a key frame. */
  get needsKey(): boolean {
    return this.#needsKey;
  }

  /** Packets that never came. */
  get lost(): number {
    return this.#lost;
  }

  /** Whoever takes the pictures has none of those before: begin at a key frame. */
  restart(): void {
    this.#needsKey = true;
  }

  /** @param now milliseconds of any clock @returns the pictures that are whole with it, in order */
  push(packet: RtpPacket, now: number): EncodedFrame[] {
    const sequence = this.#sequences.unwrap(packet.sequence);
    this.#next ??= sequence;
    if (sequence < this.#next) return [];
    this.#waiting.set(sequence, packet);
    if (!this.#waiting.has(this.#next)) {
      this.#gapSince ??= now;
      if (now - this.#gapSince < MAX_GAP_MS && this.#waiting.size < MAX_WAITING) return [];
      this.#giveUp();
    }
    this.#gapSince = null;
    return this.#takeAll();
  }

  #takeAll(): EncodedFrame[] {
    const whole: EncodedFrame[] = [];
    for (;;) {
      const at = this.#next ?? 0;
      const next = this.#waiting.get(at);
      if (!next) return whole;
      this.#waiting.delete(at);
      this.#next = at + 1;
      const frame = this.#take(next);
      if (frame) whole.push(frame);
    }
  }

  #giveUp(): void {
    const first = Math.min(...this.#waiting.keys());
    this.#lost += first - (this.#next ?? first);
    this.#next = first;
    this.#needsKey = true;
    this.#broken = true;
  }

  #take(packet: RtpPacket): EncodedFrame | null {
    // Padding and probes carry nothing.
    if (packet.payload.length === 0) return null;
    const timestamp = this.#timestamps.unwrap(packet.timestamp);
    if (timestamp !== this.#timestamp) this.#begin(timestamp);
    const piece = this.#depacketizer.read(packet.payload);
    if (!piece || (this.#parts.length === 0 && !piece.begins)) this.#broken = true;
    else {
      this.#isKey ||= piece.isKey;
      this.#parts.push(...piece.data);
    }
    return packet.marker ? this.#end(timestamp) : null;
  }

  #begin(timestamp: number): void {
    this.#timestamp = timestamp;
    this.#parts = [];
    this.#isKey = false;
    this.#broken = false;
  }

  #end(timestamp: number): EncodedFrame | null {
    const frame = { timestamp, isKey: this.#isKey, data: Buffer.concat(this.#parts) };
    const isWhole = !this.#broken;
    this.#timestamp = null;
    if (!isWhole) this.#needsKey = true;
    if (!isWhole || (this.#needsKey && !frame.isKey)) return null;
    this.#needsKey = false;
    return frame;
  }
}
