import { SAMPLE_RATE } from './opusPackets.ts';

/** What no sample goes beyond: 1 dB below the highest there is, since lossy encoders overshoot. */
const CEILING = 0.89;
/** How long it takes from silence back to full loudness. */
const RELEASE_SEC = 0.3;
const RELEASE_PER_SAMPLE = 1 / (RELEASE_SEC * SAMPLE_RATE);
const FULL_SCALE = 32_767;

/** Adds `voice` to `sum`, sample by sample. */
export function addVoice(sum: Float32Array, voice: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (voice[i] ?? 0);
}

/** Turns loud sums down at once and lets them come back slowly, so that nothing is cut off. */
export class Limiter {
  #gain = 1;

  get gain(): number {
    return this.#gain;
  }

  /** @param stereo left and right in turn @returns 16-bit samples, little-endian, in a buffer of its own */
  toPcm(stereo: Float32Array): Buffer {
    const pcm = Buffer.allocUnsafe(stereo.length * 2);
    for (let i = 0; i + 1 < stereo.length; i += 2) {
      const left = stereo[i] ?? 0;
      const right = stereo[i + 1] ?? 0;
      const peak = Math.max(Math.abs(left), Math.abs(right));
      // Both by the same, or voices would wander from side to side.
      this.#gain = Math.min(1, this.#gain + RELEASE_PER_SAMPLE);
      if (peak * this.#gain > CEILING) this.#gain = CEILING / peak;
      pcm.writeInt16LE(Math.round(left * this.#gain * FULL_SCALE), i * 2);
      pcm.writeInt16LE(Math.round(right * this.#gain * FULL_SCALE), i * 2 + 2);
    }
    return pcm;
  }
}
