import { createDecoder, type OpusDecoderHandle } from 'libopus-wasm';
import { INPUT_DELAY_MS, JitterBuffer, STEP_SAMPLES } from './JitterBuffer.ts';
import { SAMPLE_RATE } from './opusPackets.ts';
import type { MediaPort, RtpStream } from './MediaPort.ts';

const CHANNELS = 2;
/** Floats of one step: left and right in turn. */
export const STEP_FLOATS = STEP_SAMPLES * CHANNELS;
/** The longest Opus packet, and what is left of a step. */
const KEPT_FLOATS = (SAMPLE_RATE * 0.12 + STEP_SAMPLES) * CHANNELS;

/** One voice: Opus from its stream, decoded step by step. */
export class VoiceInput {
  readonly #unsubscribe: () => void;
  readonly #decoder: OpusDecoderHandle;
  /** What is decoded and not yet taken. */
  readonly #samples = new Float32Array(KEPT_FLOATS);
  #filled = 0;
  readonly #buffer = new JitterBuffer(INPUT_DELAY_MS);
  #packets = 0;
  #broken = 0;
  #closed = false;

  static async create(port: MediaPort, stream: RtpStream): Promise<VoiceInput> {
    const decoder = await createDecoder({ sampleRate: SAMPLE_RATE, channels: CHANNELS });
    return new VoiceInput(port, stream, decoder);
  }

  private constructor(port: MediaPort, stream: RtpStream, decoder: OpusDecoderHandle) {
    this.#decoder = decoder;
    this.#unsubscribe = port.subscribe(stream, (packet) => {
      this.#packets += 1;
      this.#buffer.push(packet);
    });
  }

  /** Packets that came, were late, lost, or no Opus. */
  get counts(): { packets: number; late: number; lost: number; broken: number } {
    return { packets: this.#packets, ...this.#buffer.counts, broken: this.#broken };
  }

  /** Fills `step` with the next 20 ms. */
  pull(step: Float32Array): void {
    while (this.#filled < STEP_FLOATS) this.#decodeNext();
    step.set(this.#samples.subarray(0, STEP_FLOATS));
    this.#samples.copyWithin(0, STEP_FLOATS, this.#filled);
    this.#filled -= STEP_FLOATS;
  }

  /** Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#unsubscribe();
    this.#decoder.free();
  }

  #decodeNext(): void {
    const next = this.#closed ? null : this.#buffer.pull();
    try {
      if (next?.kind === 'packet') this.#append(this.#decoder.decodeFloat(next.payload));
      else if (next?.kind === 'lost') this.#append(this.#conceal(next.next));
      else this.#appendSilence();
    } catch {
      // Whoever sends that harms their own sound only.
      this.#broken += 1;
      this.#appendSilence();
    }
  }

  #conceal(next: Uint8Array | null): Float32Array {
    if (next === null) return this.#decoder.decodePacketLossFloat(STEP_SAMPLES);
    return this.#decoder.decodeFloat(next, { decodeFec: true, frameSize: STEP_SAMPLES });
  }

  #append(samples: Float32Array): void {
    this.#samples.set(samples, this.#filled);
    this.#filled += samples.length;
  }

  #appendSilence(): void {
    this.#samples.fill(0, this.#filled, this.#filled + STEP_FLOATS);
    this.#filled += STEP_FLOATS;
  }
}
