import { describe, expect, test } from 'vitest';
import { nextSpeaker, type SpeakerState } from '../../../../client/state/speaker.ts';

const NOBODY: SpeakerState = { shown: null, candidate: null };

/** Whom the stage shows after `[time in milliseconds, dominant speaker]` were told one by one. */
function shownAfter(...told: [number, string | null][]): string | null {
  return told.reduce((state, [now, dominant]) => nextSpeaker(state, dominant, now), NOBODY).shown;
}

describe('nextSpeaker', () => {
  test('shows the first one at once', () => {
    expect(shownAfter([0, 'ann'])).toBe('ann');
  });

  test('turns to another after a second, not before', () => {
    expect(shownAfter([0, 'ann'], [100, 'bob'], [1_099, 'bob'])).toBe('ann');
    expect(shownAfter([0, 'ann'], [100, 'bob'], [1_100, 'bob'])).toBe('bob');
  });

  test('begins to count anew for somebody who only interjected', () => {
    expect(shownAfter([0, 'ann'], [100, 'bob'], [600, 'ann'], [900, 'bob'], [1_200, 'bob'])).toBe(
      'ann',
    );
  });

  test('stays with whom it shows while nobody speaks', () => {
    expect(shownAfter([0, 'ann'], [100, 'bob'], [500, null], [5_000, null])).toBe('ann');
  });
});
