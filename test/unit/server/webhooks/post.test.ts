import { expect, test } from 'vitest';
import { parseRetryAfter } from '../../../../server/webhooks/post.ts';

const NOW = Date.UTC(2026, 0, 1, 12);

test('Retry-After is in seconds, or a date', () => {
  expect(parseRetryAfter('120', NOW)).toBe(120_000);
  expect(parseRetryAfter('Thu, 01 Jan 2026 12:00:30 GMT', NOW)).toBe(30_000);
});

test.each([null, '', 'soon', '-5', '0', 'Thu, 01 Jan 2026 11:59:00 GMT'])(
  'what asks for no time is none: %j',
  (value) => {
    expect(parseRetryAfter(value, NOW)).toBe(0);
  },
);
