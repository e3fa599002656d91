import { expect, it } from 'vitest';
import { PictureRate } from '../../../../server/live/mixer/PictureRate.ts';

/** So many seconds, in each of which a share of the pictures is left out. */
function live(rate: PictureRate, seconds: number, lostShare: number, from = { made: 0, lost: 0 }) {
  const changes: string[] = [];
  for (let n = 0; n < seconds; n++) {
    from.made += rate.framesPerSecond;
    from.lost += rate.framesPerSecond * lostShare;
    const change = rate.watch(from.made, from.lost);
    if (change !== null) changes.push(`${change} after ${n + 1} s: ${rate.framesPerSecond}`);
  }
  return changes;
}

it('leaves a machine alone that keeps up, or stumbles', () => {
  const rate = new PictureRate(24);
  const so = { made: 0, lost: 0 };

  expect(live(rate, 10, 0.05, so)).toEqual([]);
  expect(live(rate, 4, 0.9, so)).toEqual([]);
  expect(live(rate, 4, 0, so)).toEqual([]);
  expect(rate.keptShare).toBeGreaterThan(0.5);
});

it('halves twice what is too much, and no more', () => {
  const rate = new PictureRate(24);

  expect(live(rate, 60, 0.5)).toEqual(['fewer after 5 s: 12', 'fewer after 10 s: 6']);
  expect(rate.keptShare).toBeCloseTo(0.5);
});

it('tries more again when all is well for a while, each time later', () => {
  const rate = new PictureRate(24);
  const so = { made: 0, lost: 0 };
  live(rate, 10, 0.5, so);

  expect(live(rate, 200, 0, so)).toEqual(['more after 60 s: 12', 'more after 120 s: 24']);
  expect(rate.keptShare).toBe(1);
});
