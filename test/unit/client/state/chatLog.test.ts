import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as log from '../../../../client/state/chatLog.ts';
import type { ChatMessage } from '../../../../protocol/chat.ts';

function message(seq: number, rev = seq, more: Partial<ChatMessage> = {}): ChatMessage {
  return {
    ...{ id: `m${seq}`, roomId: 'r', seq, rev, senderId: 'ada', senderName: 'Ada', clientId: null },
    ...{ content: `text ${seq}`, replyTo: null, mentions: [], editedAt: null, deletedAt: null },
    ...{ createdAt: '2026-01-01T00:00:00.000Z', reactions: [], seenCount: 0 },
    fromListener: false,
    ...more,
  };
}
const messages = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => message(from + index));
const seqs = ({ messages: all }: log.ChatLog) => all.map(({ seq }) => seq);
const page = (from: number, to: number, hasMore: boolean, last = to) => ({
  ...{ messages: messages(from, to), hasMore, lastSeq: last, rev: last },
});

describe('a window of messages', () => {
  test('moves over all of them, and never holds more than it may', () => {
    let state = log.newest(page(951, 1_000, true));
    for (let first = 950; first > 0; first -= 50) {
      state = log.prepend(state, page(first - 49, first, first > 50, 1_000));
      expect(state.messages.length).toBeLessThanOrEqual(log.WINDOW);
    }
    expect(state).toMatchObject({ atOldest: true, atNewest: false });
    expect(seqs(state)[0]).toBe(1);
    while (!state.atNewest) {
      const last = seqs(state).at(-1) ?? 0;
      state = log.append(state, page(last + 1, last + 50, last + 50 < 1_000, 1_000));
    }
    expect(seqs(state).at(-1)).toBe(1_000);
    expect(state.atOldest).toBe(false);
  });

  test('does not show what comes while it is elsewhere', () => {
    const there = log.prepend(log.newest(page(200, 399, true)), page(150, 199, true, 399));
    expect(there.atNewest).toBe(false);
    const after = log.receive(there, message(400));
    expect(seqs(after)).toEqual(seqs(there));
    expect(after.lastSeq).toBe(400);
  });

  test('holds back what comes after something that was missed, until that is there', () => {
    const before = log.newest(page(1, 3, false));
    expect(log.place(before, 5)).toBe('gap');
    const early = log.receive(before, message(5));
    expect(seqs(early)).toEqual([1, 2, 3]);
    expect(early.rev).toBe(3);
    const whole = log.merge(early, [message(4), message(5)], 5);
    expect(seqs(whole)).toEqual([1, 2, 3, 4, 5]);
    expect(whole.rev).toBe(5);
  });

  test('is the same in whatever order and however often it is told', () => {
    const facts = [...messages(4, 12), message(6, 13, { content: 'edited' })];
    fc.assert(
      fc.property(fc.shuffledSubarray([...facts, ...facts], { minLength: 20 }), (told) => {
        let state = log.newest(page(1, 3, false));
        for (const one of told) state = log.receive(state, one);
        state = log.merge(state, facts, 13);
        expect(seqs(state)).toEqual(messages(1, 12).map(({ seq }) => seq));
        expect(state.messages[5]?.content).toBe('edited');
        expect(state.rev).toBe(13);
      }),
    );
  });

  test('forgets what is deleted, and does not take it back for something older', () => {
    const before = log.newest({
      ...page(1, 2, false),
      messages: [message(1), message(2, 2, { reactions: [] })],
    });
    const deletedAt = '2026-01-02T00:00:00.000Z';
    const gone = log.change(before, {
      ...{ roomId: 'r', messageId: 'm2', rev: 3, content: '', mentions: [] },
      ...{ editedAt: null, deletedAt },
    });
    expect(gone.messages[1]).toMatchObject({ content: '', deletedAt });
    expect(gone.rev).toBe(3);
    expect(log.receive(gone, message(2)).messages[1]).toMatchObject({ content: '', deletedAt });
  });

  test('counts reactions, knows one’s own, and drops what nobody has', () => {
    const told = (on: boolean, count: number, rev: number, userId: string) => ({
      ...{ roomId: 'r', messageId: 'm1', rev, userId, name: userId, on, count },
      reaction: '👍' as const,
    });
    let state = log.newest(page(1, 1, false));
    state = log.react(state, told(true, 1, 2, 'alan'), 'ada');
    state = log.react(state, told(true, 2, 3, 'ada'), 'ada');
    expect(state.messages[0]?.reactions).toEqual([
      { reaction: '👍', count: 2, mine: true, names: ['alan', 'ada'] },
    ]);
    state = log.react(state, told(false, 1, 4, 'alan'), 'ada');
    expect(state.messages[0]?.reactions).toMatchObject([{ count: 1, mine: true, names: ['ada'] }]);
    state = log.react(state, told(false, 0, 5, 'ada'), 'ada');
    expect(state.messages[0]?.reactions).toEqual([]);
  });
});
