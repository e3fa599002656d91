import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TokenBucket } from '../../../../server/signaling/TokenBucket.ts';

const rate = fc.record({
  points: fc.integer({ min: 1, max: 1_000 }),
  perSec: fc.integer({ min: 1, max: 600 }),
});
const gaps = fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 200 });

test('lets all points through at once, and then tells when the next may come', () => {
  const bucket = new TokenBucket({ points: 4, perSec: 2 }, 100);
  expect([1, 2, 3, 4].map(() => bucket.take(100))).toEqual([0, 0, 0, 0]);
  expect(bucket.take(100)).toBe(500);
  expect(bucket.take(350)).toBe(250);
  expect(bucket.take(600)).toBe(0);
});

test('never lets more through than were there and came since', () => {
  fc.assert(
    fc.property(rate, gaps, ({ points, perSec }, waits) => {
      const bucket = new TokenBucket({ points, perSec }, 0);
      let now = 0;
      let passed = 0;
      for (const wait of waits) {
        now += wait;
        if (bucket.take(now) === 0) passed += 1;
        const earned = points + (now * points) / (perSec * 1_000);
        expect(passed).toBeLessThanOrEqual(earned + 1e-6);
      }
    }),
  );
});

test('lets whoever waits as long as it says pass, and not a millisecond earlier', () => {
  fc.assert(
    fc.property(rate, gaps, (limits, waits) => {
      const bucket = new TokenBucket(limits, 0);
      let now = 0;
      for (const wait of waits) {
        now += wait;
        const retryAfterMs = bucket.take(now);
        if (retryAfterMs === 0) continue;
        expect(Number.isInteger(retryAfterMs)).toBe(true);
        if (retryAfterMs > 1) expect(bucket.take(now + retryAfterMs - 1)).toBeGreaterThan(0);
        now += retryAfterMs;
        expect(bucket.take(now)).toBe(0);
      }
    }),
    { examples: [[{ points: 1, perSec: 133 }, [0, 1_478]]] },
  );
});
