import { expect, test } from 'vitest';
import { currentMessage } from '../../../../../client/state/recordings/currentMessage.ts';

const messages = [1_000, 1_000, 5_000].map((offsetMs) => ({ offsetMs }));

test('the current message is the last one that was written by then', () => {
  const at = [0, 999, 1_000, 4_999, 5_000, 60_000];
  expect(at.map((ms) => currentMessage(messages, ms))).toEqual([-1, -1, 1, 1, 2, 2]);
  expect(currentMessage([], 60_000)).toBe(-1);
});
