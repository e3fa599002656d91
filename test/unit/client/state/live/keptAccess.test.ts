import { expect, test } from 'vitest';
import { keptAccess } from '../../../../../client/state/live/keptAccess.ts';

const EXPIRES_AT = '2026-01-01T12:00:00.000Z';
const NOON = Date.parse(EXPIRES_AT);

function storage(value: string | null = null) {
  let kept = value;
  return { get: () => kept, set: (next: string | null) => (kept = next) };
}

test('an access is kept until it is forgotten', () => {
  const kept = storage();
  keptAccess(kept).set({ token: 'good', expiresAt: EXPIRES_AT });
  expect(keptAccess(kept).get(NOON - 60_000)).toBe('good');
  keptAccess(kept).set(null);
  expect(keptAccess(kept).get(NOON - 60_000)).toBeNull();
});

test('one that is over, or nearly, is not used', () => {
  const kept = storage();
  keptAccess(kept).set({ token: 'old', expiresAt: EXPIRES_AT });
  expect(keptAccess(kept).get(NOON - 5_000)).toBeNull();
  expect(keptAccess(kept).get(NOON + 1)).toBeNull();
});

test.each(['{', '"text"', '{"token":1}'])('what is not one is as good as none: %s', (text) => {
  expect(keptAccess(storage(text)).get(NOON - 60_000)).toBeNull();
});
