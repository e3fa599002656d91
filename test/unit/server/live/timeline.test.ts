import { expect, test } from 'vitest';
import { placeMessages } from '../../../../server/live/recordings/RecordingChat.ts';
import { offsetAt, timelineOf } from '../../../../server/live/recordings/timeline.ts';

const T0 = 1_000_000;
const segment = (startsAt: number, durationSec = 2) => ({
  ...{ sequence: startsAt, startsAt, durationSec, discontinuous: false },
});
/** Two stretches: the mixer was away for ten seconds. */
const timeline = timelineOf({
  segments: [segment(T0), segment(T0 + 2_010), segment(T0 + 14_000), segment(T0 + 16_000)],
  until: T0 + 17_000,
});

test('what follows closely is one stretch, and what is behind the stop is none of it', () => {
  expect(timeline).toEqual([
    { at: T0, offsetMs: 0, durationMs: 4_000 },
    { at: T0 + 14_000, offsetMs: 4_000, durationMs: 3_000 },
  ]);
  expect(timelineOf({ segments: [], until: null })).toEqual([]);
});

test('a moment is where it is played, and one in a gap where the gap is', () => {
  const places = [0, 1_500, 4_500, 13_999, 14_500, 17_000];
  expect(places.map((ms) => offsetAt(timeline, T0 + ms))).toEqual([
    0, 1_500, 4_000, 4_000, 4_500, 7_000,
  ]);
});

test('what was before or after is not in it', () => {
  expect(offsetAt(timeline, T0 - 1)).toBeNull();
  expect(offsetAt(timeline, T0 + 17_001)).toBeNull();
  expect(offsetAt([], T0)).toBeNull();
});

test('messages have their place, also in a recording whose time is known roughly', () => {
  const message = { id: 'm', name: 'Ada', content: 'here', at: T0 + 14_500, editedAt: null };
  const early = { ...message, id: 'early', at: T0 - 1 };
  const written = { startedAt: T0 - 500, endedAt: T0 + 20_000, messages: [early, message] };
  expect(placeMessages({ ...written, timeline })).toEqual([{ ...message, offsetMs: 4_500 }]);
  expect(placeMessages({ ...written, timeline: null })).toEqual([
    { ...early, offsetMs: 499 },
    { ...message, offsetMs: 15_000 },
  ]);
});
