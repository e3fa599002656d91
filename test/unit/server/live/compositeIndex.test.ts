import { expect, it } from 'vitest';
import {
  parseIndex,
  type RecordedSegment,
} from '../../../../server/live/recording/compositeIndex.ts';

const segment = (sequence: number, discontinuous = false): RecordedSegment => ({
  ...{ sequence, startsAt: sequence * 1_000, durationSec: 1, discontinuous },
});
const lines = (...entries: object[]) =>
  entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');

it('reads what was written before the process was killed', () => {
  const text = `${lines(segment(1, true), segment(2))}{"sequence":3,"star`;

  expect(parseIndex(text)).toEqual({ segments: [segment(1, true), segment(2)], until: null });
  // And what another process has added behind it.
  expect(parseIndex(`${text}\n${lines(segment(9, true))}`).segments).toHaveLength(3);
});

it('knows when it was stopped, unless it went on', () => {
  expect(parseIndex(lines(segment(1), { until: 1_500 })).until).toBe(1_500);
  expect(parseIndex(lines({ until: 1_500 }, segment(1))).until).toBe(1_500);
  expect(parseIndex(lines(segment(1), { until: 1_500 }, segment(2))).until).toBeNull();
});
