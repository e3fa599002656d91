import { describe, expect, test } from 'vitest';
import { reconnectDelayMs } from '../../../../client/api/backoff.ts';

describe('reconnectDelayMs', () => {
  test('tries at once, then after about a second', () => {
    expect(reconnectDelayMs(1, 0.5)).toBe(0);
    expect(reconnectDelayMs(2, 0.5)).toBe(1_000);
  });

  test('grows with every try, up to ten seconds', () => {
    const delays = [2, 3, 4, 5, 6, 7, 8].map((attempt) => reconnectDelayMs(attempt, 0.5));
    expect(delays).toEqual([...delays].sort((a, b) => a - b));
    expect(reconnectDelayMs(50, 0.5)).toBe(10_000);
  });

  test('spreads those who were cut off together', () => {
    expect(reconnectDelayMs(2, 0)).toBe(850);
    expect(reconnectDelayMs(2, 1)).toBe(1_150);
  });
});
