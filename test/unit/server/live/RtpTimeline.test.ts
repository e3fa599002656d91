import { expect, it } from 'vitest';
import { RtpTimeline } from '../../../../server/live/recording/RtpTimeline.ts';

const CLOCK = 48_000;
const NOW = 1_800_000_000_000;

/** Frames of 20 ms: what timestamps say and when they come, both in milliseconds. */
function play(timeline: RtpTimeline, frames: readonly (readonly [said: number, came: number])[]) {
  return frames.map(([said, came]) => timeline.place(5_000 + said * 48, NOW + came));
}

it('takes how far frames are apart from their timestamps, not from when they come', () => {
  const timeline = new RtpTimeline(CLOCK);
  const late = [0, 35, 5, 90];
  const frames = late.map((ms, index) => [index * 20, index * 20 + ms] as const);

  expect(play(timeline, frames)).toEqual([0, 20, 40, 60]);
});

it('begins when the quickest of the first says', () => {
  const timeline = new RtpTimeline(CLOCK);
  play(timeline, [
    [0, 80],
    [20, 90],
    [40, 50],
    [60, 75],
  ]);

  expect(timeline.startsAt).toBe(NOW + 10);
});

it('keeps pauses, whether or not the clock of the sender went on', () => {
  const on = new RtpTimeline(CLOCK);
  const still = new RtpTimeline(CLOCK);

  expect(
    play(on, [
      ...([
        [0, 0],
        [20, 20],
      ] as const),
      [30_000, 30_000],
      [30_020, 30_020],
    ]),
  ).toEqual([...[0, 20, 30_000, 30_020]]);
  expect(
    play(still, [
      ...([
        [0, 0],
        [20, 20],
      ] as const),
      [40, 30_000],
      [60, 30_020],
    ]),
  ).toEqual([...[0, 20, 30_000, 30_020]]);
});

it('takes a burst for what it is', () => {
  const timeline = new RtpTimeline(CLOCK);
  const burst = Array.from({ length: 40 }, (_, n) => [n * 20, n < 5 ? n * 20 : 800] as const);

  expect(play(timeline, burst)).toEqual(burst.map(([said]) => said));
});

it('follows a clock that is another, after a while, and never goes back', () => {
  const timeline = new RtpTimeline(CLOCK);
  const jump = Array.from(
    { length: 200 },
    (_, n) => [n < 50 ? n * 20 : n * 20 - 700, n * 20] as const,
  );
  const placed = play(timeline, jump);

  expect(placed.at(-1)).toBeCloseTo(199 * 20, 0);
  expect(placed).toEqual([...placed].sort((a, b) => a - b));
});
