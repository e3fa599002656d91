import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Drain, type Drainable } from '../../../../../server/media/cascade/Drain.ts';
import { nextMove, type Movable } from '../../../../../server/media/cascade/nextMove.ts';

function person(participantId: string, turn: number, more: Partial<Movable> = {}): Movable {
  return { meetingId: 'm', participantId, turn, publishes: false, ...more };
}
const sends = { publishes: true };

describe('who moves next', () => {
  test('who came last, and who only watches before who sends', () => {
    const waiting = [
      person('old', 1),
      person('newest, sends', 4, sends),
      person('new', 3),
      person('sends', 2, sends),
    ];
    const order: string[] = [];
    for (let left = waiting; left.length > 0;) {
      const next = nextMove(left, new Set());
      order.push(next?.participantId ?? '');
      left = left.filter((one) => one !== next);
    }
    expect(order).toEqual(['new', 'old', 'newest, sends', 'sends']);
  });

  test('nobody who sends while another one of the meeting moves who does', () => {
    const elsewhere = person('elsewhere', 1, { ...sends, meetingId: 'other' });
    const waiting = [person('sends', 2, sends), elsewhere];
    expect(nextMove(waiting, new Set(['m']))).toBe(elsewhere);
    expect(nextMove(waiting, new Set(['m', 'other']))).toBeUndefined();
  });
});

describe('the drain of a node', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function begin(waiting: Movable[]) {
    const draining = new Set<string>();
    const moved: { id: string; at: number }[] = [];
    const meeting: Drainable = {
      isBusy: false,
      waiting: (nodeIds) => (nodeIds.has('a') ? waiting : []),
      move(id) {
        moved.push({ id, at: Date.now() });
        waiting.splice(
          waiting.findIndex(({ participantId }) => participantId === id),
          1,
        );
        return Promise.resolve();
      },
      vacate: () => undefined,
    };
    const drain = new Drain({
      meetings: () => new Map([['m', meeting]]),
      draining: () => draining,
      movesPerSecond: () => 20,
    });
    return { drain, draining, moved };
  }
  const crowd = (size: number) => Array.from({ length: size }, (_, n) => person(`p${n}`, n));

  test('moves nobody while no node drains', () => {
    const { drain, moved } = begin(crowd(3));
    drain.wake();
    vi.advanceTimersByTime(10_000);
    expect(moved).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('moves twenty a second, evenly', () => {
    const { drain, draining, moved } = begin(crowd(50));
    draining.add('a');
    drain.wake();
    drain.wake();
    vi.advanceTimersByTime(1_000);
    expect(moved).toHaveLength(20);
    expect(moved.slice(1).map(({ at }, index) => at - (moved[index]?.at ?? 0))).toEqual(
      Array.from({ length: 19 }, () => 50),
    );
    drain.close();
  });

  test('stops when the node is to keep what it has left, and goes on when it drains again', () => {
    const { drain, draining, moved } = begin(crowd(50));
    draining.add('a');
    drain.wake();
    vi.advanceTimersByTime(500);
    draining.clear();
    vi.advanceTimersByTime(5_000);
    expect(moved).toHaveLength(10);
    expect(vi.getTimerCount()).toBe(0);
    draining.add('a');
    drain.wake();
    vi.advanceTimersByTime(500);
    expect(moved).toHaveLength(20);
    drain.close();
  });
});
