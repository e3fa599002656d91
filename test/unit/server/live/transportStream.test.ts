import { expect, it } from 'vitest';
import { SegmentJoiner } from '../../../../server/live/recording/SegmentJoiner.ts';
import {
  firstPictureTime,
  shiftTimes,
  TICKS_PER_SECOND,
} from '../../../../server/live/recording/transportStream.ts';

const WRAP = 2 ** 33;

/** Five bytes of a time, with the bits around it as they should be. */
function timeBytes(prefix: number, time: number): number[] {
  const part = (shift: number, mask: number) => Math.floor(time / 2 ** shift) & mask;
  return [
    (prefix << 4) | (part(30, 7) << 1) | 1,
    ...[part(22, 0xff), (part(15, 0x7f) << 1) | 1, part(7, 0xff), (part(0, 0x7f) << 1) | 1],
  ];
}

/** One packet with the beginning of a picture (0xe0) or sound (0xc0). */
function packet(stream: number, pts: number, dts: number | null = null): Buffer {
  const times = [
    ...timeBytes(dts === null ? 2 : 3, pts),
    ...(dts === null ? [] : timeBytes(1, dts)),
  ];
  const pes = [0, 0, 1, stream, 0, 0, 0x80, dts === null ? 0x80 : 0xc0, times.length, ...times];
  const clock = [7, 0x10, 0, 0, 0x46, 0x50, 0x7e, 0];
  const data = Buffer.alloc(188, 0xff);
  Buffer.from([0x47, 0x41, 0, 0x30, ...clock, ...pes]).copy(data);
  return data;
}

it('finds when the first picture is, past sound', () => {
  const stream = Buffer.concat([packet(0xc0, 5), packet(0xe0, 900_000), packet(0xe0, 903_600)]);

  expect(firstPictureTime(stream)).toBe(900_000);
  expect(firstPictureTime(packet(0xc0, 5))).toBeNull();
  expect(firstPictureTime(Buffer.alloc(188))).toBeNull();
});

it('moves all times, over the end of their count, and nothing else', () => {
  const [pts, dts] = [WRAP - 10, WRAP - 20];
  const stream = Buffer.concat([packet(0xc0, pts), packet(0xe0, pts, dts)]);
  const before = Buffer.from(stream);
  shiftTimes(stream, 30);

  expect(stream.subarray(188 + 12)).toEqual(packet(0xe0, 20, 10).subarray(12));
  expect(stream.subarray(0, 6)).toEqual(before.subarray(0, 6));
  shiftTimes(stream, -30);
  expect(stream).toEqual(before);
});

it('has each part follow the one before, whatever its times were', () => {
  const joiner = new SegmentJoiner();
  const placed = [
    [packet(0xe0, 900_000), 2, true],
    [packet(0xe0, 900_000 + 2 * TICKS_PER_SECOND), 1.5, false],
    [packet(0xe0, 77), 2, true],
  ].map(([data, durationSec, isDiscontinuous]) => {
    joiner.place(data as Buffer, durationSec as number, isDiscontinuous as boolean);
    return (firstPictureTime(data as Buffer) ?? 0) / TICKS_PER_SECOND;
  });

  expect(placed.map((time) => time - (placed[0] ?? 0))).toEqual([0, 2, 3.5]);
});
