import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PeerClock } from '../../../../server/cluster/PeerClock.ts';

it('bounds the age of a stamp by the first thing that it knows', () => {
  const clock = new PeerClock();
  expect(clock.isSet).toBe(false);
  // The peer's clock is 900 ahead, and its answer was stamped 10 after the question was sent.
  clock.note(100, 1_010);
  expect(clock.isSet).toBe(true);
  expect(clock.ageOf(1_010, 130)).toBe(30);
  expect(clock.ageOf(1_000, 130)).toBe(40);
});

it('gets closer with a faster ping', () => {
  const clock = new PeerClock();
  clock.note(0, 950);
  expect(clock.ageOf(1_000, 100)).toBe(50);
  clock.note(60, 965);
  expect(clock.ageOf(1_000, 100)).toBe(5);
});

it('forgets what is long ago, as clocks drift', () => {
  const clock = new PeerClock();
  clock.note(50, 0);
  for (let count = 0; count < 16; count++) clock.note(0, 0);
  expect(clock.ageOf(0, 100)).toBe(100);
});

it('never says less than the truth, and at most the fastest ping more', () => {
  const way = fc.record({ there: fc.nat(5_000), back: fc.nat(5_000) });
  const property = fc.property(
    fc.integer({ min: -1e9, max: 1e9 }),
    fc.array(way, { minLength: 1, maxLength: 16 }),
    fc.nat(60_000),
    (ahead, ways, delay) => {
      const clock = new PeerClock();
      let now = 0;
      for (const { there, back } of ways) {
        clock.note(now, now + there + ahead);
        now += there + back;
      }
      const age = clock.ageOf(now + ahead, now + delay);
      expect(age).toBeGreaterThanOrEqual(delay);
      expect(age).toBeLessThanOrEqual(delay + Math.min(...ways.map(({ there }) => there)));
    },
  );
  fc.assert(property);
});
