import { expect, it } from 'vitest';
import { addVoice, Limiter } from '../../../../server/live/mixer/mixing.ts';
import { samplesOf } from '../../../../server/live/mixer/opusPackets.ts';

const samplesIn = (pcm: Buffer) =>
  Array.from(new Int16Array(pcm.buffer, pcm.byteOffset, pcm.length / 2));

it('adds voices', () => {
  const sum = Float32Array.of(0.25, -0.5);
  addVoice(sum, Float32Array.of(0.5, 0.25));

  expect([...sum]).toEqual([0.75, -0.25]);
});

it('leaves what is not too loud as it is', () => {
  expect(samplesIn(new Limiter().toPcm(Float32Array.of(0.5, -0.5)))).toEqual([16_384, -16_383]);
});

it('never goes beyond its ceiling, keeps sides in proportion, and comes back slowly', () => {
  const limiter = new Limiter();
  const loud = samplesIn(limiter.toPcm(Float32Array.of(4, -2, 3, 1)));

  expect(Math.max(...loud.map(Math.abs))).toBeLessThanOrEqual(29_163);
  expect(loud[0]).toBeCloseTo(-2 * (loud[1] ?? 0), -1);
  expect(limiter.gain).toBeLessThan(0.3);
  limiter.toPcm(new Float32Array(9_600 * 2));
  expect(limiter.gain).toBeGreaterThan(0.8);
  limiter.toPcm(new Float32Array(9_600 * 2));
  expect(limiter.gain).toBe(1);
});

it.each([
  ['20 ms SILK', [0x08], 960],
  ['60 ms SILK', [0x18], 2_880],
  ['20 ms hybrid', [0x78], 960],
  ['2.5 ms CELT', [0x80], 120],
  ['two of 20 ms', [0xf8 | 1], 1_920],
  ['three of 20 ms', [0xf8 | 3, 3], 2_880],
  ['more than 120 ms', [0xf8 | 3, 63], 0],
  ['nothing', [], 0],
])('knows how long an Opus packet is: %s', (_, bytes, samples) => {
  expect(samplesOf(Uint8Array.from(bytes))).toBe(samples);
});
