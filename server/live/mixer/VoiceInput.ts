import { createDecoder, type OpusDecoderHandle } from 'libopus-wasm';
import { INPUT_DELAY_MS, JitterBuffer, STEP_SAMPLES } from './JitterBuffer.ts';
import { SAMPLE_RATE } from './opusPackets.ts';
import { RtpInput, type InputCodec } from './RtpInput.ts';
import type { RtpPort } from './RtpPorts.ts';

const CHANNELS = 2;
/** Floats of one step: left and right in turn. */
export const STEP_FLOATS = STEP_SAMPLES * CHANNELS;
/** The longest Opus packet, and what is left of a step. */
const KEPT_FLOATS = (SAMPLE_RATE * 0.12 + STEP_SAMPLES) * CHANNELS;

/** One voice: Opus from its port, decoded step by step. */
export class VoiceInput {
  readonly #input: RtpInput;
  readonly #decoder: OpusDecoderHandle;
  /** What is decoded and not yet taken. */
  readonly #samples = new Float32Array(KEPT_FLOATS);
  #filled = 0;
  #buffer = new JitterBuffer(INPUT_DELAY_MS);
  #broken = 0;
  #closed = false;

  static async create(port: RtpPort, codec: InputCodec): Promise<VoiceInput> {
    const decoder = await createDecoder({ sampleRate: SAMPLE_RATE, channels: CHANNELS });
    return new VoiceInput(port, codec, decoder);
  }

  private constructor(port: RtpPort, codec: InputCodec, decoder: OpusDecoderHandle) {
    this.#decoder = decoder;
    this.#input = new RtpInput(port, codec, (packet, isAnother) => {
      if (isAnother) this.#buffer = new JitterBuffer(INPUT_DELAY_MS);
      this.#buffer.push(packet);
    });
  }

  /** Packets that came, were late, lost, or no Opus. */
  get counts(): { packets: number; late: number; lost: number; broken: number } {
    return { packets: this.#input.packets, ...this.#buffer.counts, broken: this.#broken };
  }

  /** Fills `step` with the next 20 ms. */
  pull(step: Float32Array): void {
    while (this.#filled < STEP_FLOATS) this.#decodeNext();
    step.set(this.#samples.subarray(0, STEP_FLOATS));
    this.#samples.copyWithin(0, STEP_FLOATS, this.#filled);
    this.#filled -= STEP_FLOATS;
  }

  /** Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#decoder.free();
    await this.#input.close();
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
