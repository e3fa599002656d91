/** Samples of a second: what Opus always counts in, whatever was recorded. */
export const SAMPLE_RATE = 48_000;

/** Frame sizes by configuration number, in samples; RFC 6716, table 2. */
const SILK = [480, 960, 1_920, 2_880];
const HYBRID = [480, 960];
const CELT = [120, 240, 480, 960];
const MAX_SAMPLES = 5_760;

/** How many samples a packet stands for; 0 for what is none. */
export function samplesOf(packet: Uint8Array): number {
  const [toc, count = 0] = packet;
  if (toc === undefined) return 0;
  const config = toc >> 3;
  const frame =
    config < 12 ? SILK[config % 4] : config < 16 ? HYBRID[config % 2] : CELT[config % 4];
  const code = toc & 0x03;
  const frames = code === 0 ? 1 : code === 3 ? count & 0x3f : 2;
  const samples = (frame ?? 0) * frames;
  return samples > MAX_SAMPLES ? 0 : samples;
}
