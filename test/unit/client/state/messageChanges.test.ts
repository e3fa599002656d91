import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RequestError } from '../../../../client/api/RequestError.ts';
import type { MessageChange } from '../../../../client/state/chatModels.ts';
import { createMessageChanges } from '../../../../client/state/messageChanges.ts';
import type { ChatMessage } from '../../../../protocol/chat.ts';

const edit = (content: string): MessageChange => ({ is: 'edit', content });
const FORBIDDEN = new RequestError({ code: 'FORBIDDEN' });

describe('what is done to messages', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** @param answer null: it is done */
  function open(answer: (change: MessageChange) => RequestError | null) {
    const done: string[] = [];
    const changes = createMessageChanges(
      (messageId, change) => {
        const refusal = answer(change);
        if (refusal) return Promise.reject(refusal);
        return Promise.resolve({ id: `${messageId} ${JSON.stringify(change)}` } as ChatMessage);
      },
      ({ id }) => done.push(id),
    );
    const failures = () =>
      changes.list.value.map(({ messageId, change, failure }) => [
        ...[messageId, change.is, failure?.code ?? null],
      ]);
    return { changes, done, failures };
  }
  const settled = () => vi.advanceTimersByTimeAsync(0);

  test('is shown until it is done', async () => {
    const { changes, done, failures } = open(() => null);
    changes.add('m1', edit('new'));
    expect(failures()).toEqual([['m1', 'edit', null]]);
    await settled();
    expect([done.length, failures()]).toEqual([1, []]);
  });

  test.each<MessageChange>([
    edit('new'),
    { is: 'remove' },
    { is: 'react', reaction: '👍', on: true },
  ])('that is refused stays, to be tried again or discarded: %j', async (change) => {
    let refusal: RequestError | null = FORBIDDEN;
    const { changes, done, failures } = open(() => refusal);
    changes.add('m1', change);
    changes.add('m2', change);
    await settled();
    expect(failures()).toEqual([
      ['m1', change.is, 'FORBIDDEN'],
      ['m2', change.is, 'FORBIDDEN'],
    ]);
    refusal = null;
    const [first, second] = changes.list.value;
    changes.retry(first?.key ?? '');
    changes.discard(second?.key ?? '');
    await settled();
    expect(failures()).toEqual([]);
    expect(done).toEqual([`m1 ${JSON.stringify(change)}`]);
  });

  test('waits for a way to the server, and the latest text is the one that is wanted', async () => {
    let online = false;
    const offline = new RequestError({ code: 'OFFLINE' });
    const { changes, done, failures } = open(() => (online ? null : offline));
    changes.add('m1', edit('first'));
    changes.add('m1', { is: 'react', reaction: '❤️', on: true });
    changes.add('m1', edit('second'));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(failures()).toEqual([
      ['m1', 'react', null],
      ['m1', 'edit', null],
    ]);
    online = true;
    changes.flush();
    await settled();
    expect(failures()).toEqual([]);
    expect(done.map((one) => one.includes('first'))).toEqual([false, false]);
  });

  test('is not taken for done where it changed while it was on its way', async () => {
    const answers = [Promise.withResolvers<ChatMessage>(), Promise.withResolvers<ChatMessage>()];
    const asked: MessageChange[] = [];
    const changes = createMessageChanges(
      (_, change) => {
        const answer = answers[asked.push(change) - 1];
        if (!answer) throw new Error('asked too often');
        return answer.promise;
      },
      () => undefined,
    );
    changes.add('m1', edit('first'));
    changes.add('m1', edit('second'));
    answers[0]?.resolve({} as ChatMessage);
    await settled();
    expect(asked).toEqual([edit('first'), edit('second')]);
    expect(changes.list.value.map(({ change }) => change)).toEqual([edit('second')]);
    answers[1]?.resolve({} as ChatMessage);
    await settled();
    expect(changes.list.value).toEqual([]);
  });
});
