import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SequencedNotification } from '../../../../protocol/notifications.ts';
import { EventLog } from '../../../../server/meetings/EventLog.ts';

const EPOCH = 7;
/** What is kept. */
const CAPACITY = 1_000;

function logOf(count: number): { log: EventLog; all: SequencedNotification[] } {
  const log = new EventLog(EPOCH);
  const all = Array.from({ length: count }, (_, position): SequencedNotification => ({
    name: 'producer-closed',
    payload: {
      meetingId: 'm1',
      participantId: 'p1',
      producerId: `producer-${position}`,
      ...log.next(),
    },
  }));
  for (const notification of all) log.append(notification);
  return { log, all };
}

test('numbers from 1 without a gap, in its epoch', () => {
  const { log, all } = logOf(3);
  expect(new EventLog(EPOCH).seq).toBe(0);
  expect(all.map(({ payload: { epoch, seq } }) => [epoch, seq])).toEqual([
    [EPOCH, 1],
    [EPOCH, 2],
    [EPOCH, 3],
  ]);
  expect(log.seq).toBe(3);
});

test('gives back exactly what was missed, or says that it cannot', () => {
  fc.assert(
    fc.property(fc.nat(2 * CAPACITY), fc.nat(2 * CAPACITY + 2), (count, seq) => {
      const { log, all } = logOf(count);
      const missed = log.since(EPOCH, seq);
      const known = seq <= count && seq >= count - CAPACITY;
      expect(missed).toEqual(known ? all.slice(seq) : null);
    }),
    { numRuns: 50 },
  );
});

test('knows nothing of another epoch', () => {
  const { log } = logOf(3);
  expect(log.since(EPOCH - 1, 3)).toBeNull();
  expect(log.since(EPOCH + 1, 0)).toBeNull();
});
