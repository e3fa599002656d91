import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cropOf, MAX_ZOOM, WHOLE } from '../../../../client/views/people/cropOf.ts';
import { lastSeenText } from '../../../../client/views/people/lastSeenText.ts';

test('a picture is cut in its middle, as large as fits', () => {
  expect(cropOf({ width: 400, height: 100 }, WHOLE)).toEqual({ side: 100, left: 150, top: 0 });
  const corner = { zoom: 2, across: 1, down: 0 };
  expect(cropOf({ width: 400, height: 100 }, corner)).toEqual({ side: 50, left: 350, top: 0 });
});

test('a cut never leaves the picture', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const zoom = fc.double({ min: 0, max: 2 * MAX_ZOOM, noNaN: true });
  const side = fc.integer({ min: 1, max: 5_000 });
  fc.assert(
    fc.property(side, side, zoom, share, share, (width, height, wanted, across, down) => {
      const cut = cropOf({ width, height }, { zoom: wanted, across, down });
      expect(cut.side).toBeGreaterThan(0);
      expect(cut.left).toBeGreaterThanOrEqual(0);
      expect(cut.left + cut.side).toBeLessThanOrEqual(width + 1e-6);
      expect(cut.top).toBeGreaterThanOrEqual(0);
      expect(cut.top + cut.side).toBeLessThanOrEqual(height + 1e-6);
    }),
  );
});

test.each([
  ['2026-01-10T12:00:00Z', 'this minute'],
  ['2026-01-10T11:58:30Z', '1 minute ago'],
  ['2026-01-10T09:00:00Z', '3 hours ago'],
  ['2026-01-09T11:00:00Z', 'yesterday'],
  ['2025-11-10T12:00:00Z', 'Nov 10, 2025'],
  // Another clock runs ahead.
  ['2026-01-10T12:00:09Z', 'this minute'],
])('%s was %s', (at, words) => {
  expect(lastSeenText(at, Date.parse('2026-01-10T12:00:00Z'), 'en')).toBe(words);
});
