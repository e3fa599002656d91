import { expect, test } from 'vitest';
import { retryDelay } from '../../../../server/webhooks/retryDelay.ts';

const DAY_MS = 86_400_000;
const schedule = { attempts: 10, retryMinMs: 5_000, retryMaxMs: DAY_MS };
const MIDDLE = 0.5;

test('delays grow from the shortest to the longest, and end', () => {
  const delays = Array.from({ length: 10 }, (_, index) => retryDelay(index + 1, schedule, MIDDLE));
  expect(delays).toEqual([
    ...[5_000, 20_000, 80_000, 320_000, 1_280_000, 5_120_000, 20_480_000, 81_920_000],
    ...[DAY_MS, null],
  ]);
});

test('they are spread by a fifth either way', () => {
  expect(retryDelay(1, schedule, 0)).toBe(4_000);
  expect(retryDelay(1, schedule, 1)).toBe(6_000);
});

test('one attempt is one attempt', () => {
  expect(retryDelay(1, { ...schedule, attempts: 1 }, MIDDLE)).toBeNull();
});

test('a receiver that asks for more time gets it, up to the longest', () => {
  expect(retryDelay(1, schedule, MIDDLE, 60_000)).toBe(60_000);
  expect(retryDelay(1, schedule, MIDDLE, 1_000)).toBe(5_000);
  expect(retryDelay(1, schedule, MIDDLE, 2 * DAY_MS)).toBe(DAY_MS);
  expect(retryDelay(10, schedule, MIDDLE, 1_000)).toBeNull();
});
