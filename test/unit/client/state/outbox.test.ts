import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RequestError } from '../../../../client/api/RequestError.ts';
import type { Outgoing } from '../../../../client/state/chatModels.ts';
import { createOutbox } from '../../../../client/state/outbox.ts';
import type { ChatMessage } from '../../../../protocol/chat.ts';

const text = (content: string) => ({ content, replyTo: null, mentions: [] });

describe('what is written', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function outbox(answer: (message: Outgoing, attempt: number) => RequestError | null) {
    const asked: Outgoing[] = [];
    const stored: string[] = [];
    const box = createOutbox(
      (message) => {
        asked.push(message);
        const refusal = answer(message, asked.length);
        if (refusal) return Promise.reject(refusal);
        return Promise.resolve({ content: message.content } as ChatMessage);
      },
      ({ content }) => stored.push(content),
    );
    return { box, asked, stored };
  }

  test('waits for a way, and is sent in its order and as the same messages', async () => {
    let online = false;
    const offline = new RequestError({ code: 'OFFLINE' });
    const { box, asked, stored } = outbox(() => (online ? null : offline));
    for (const content of ['one', 'two', 'three']) box.add(text(content));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(box.list.value.map(({ content }) => content)).toEqual(['one', 'two', 'three']);
    expect(new Set(asked.map(({ clientId }) => clientId)).size).toBe(1);
    online = true;
    box.flush();
    await vi.advanceTimersByTimeAsync(0);
    expect(stored).toEqual(['one', 'two', 'three']);
    expect(box.list.value).toEqual([]);
  });

  test('waits as long as the server says', async () => {
    const limited = new RequestError({ code: 'RATE_LIMITED', retryAfterMs: 7_000 });
    const { box, asked, stored } = outbox((_, attempt) => (attempt === 1 ? limited : null));
    box.add(text('one'));
    await vi.advanceTimersByTimeAsync(6_900);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(stored).toEqual(['one']);
  });

  test('that is refused says so, holds nothing up, and can be tried again or discarded', async () => {
    let allowed = false;
    const forbidden = new RequestError({ code: 'FORBIDDEN' });
    const { box, asked, stored } = outbox(({ content }) =>
      content.startsWith('bad') && !allowed ? forbidden : null,
    );
    for (const content of ['bad one', 'good', 'bad two']) box.add(text(content));
    await vi.advanceTimersByTimeAsync(0);
    expect(stored).toEqual(['good']);
    expect(box.list.value.map(({ failure }) => failure?.code)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
    const [first, second] = box.list.value;
    allowed = true;
    box.retry(first?.clientId ?? '');
    box.discard(second?.clientId ?? '');
    await vi.advanceTimersByTimeAsync(0);
    expect(stored).toEqual(['good', 'bad one']);
    expect(asked.at(-1)?.clientId).toBe(first?.clientId);
    expect(box.list.value).toEqual([]);
  });
});
