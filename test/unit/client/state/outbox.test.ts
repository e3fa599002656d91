import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RequestError } from '../../../../client/api/RequestError.ts';
import type { Outgoing } from '../../../../client/state/chatModels.ts';
import { createOutbox } from '../../../../client/state/outbox.ts';
import type { Kept } from '../../../../client/state/storage.ts';
import { createUnsent } from '../../../../client/state/unsent.ts';
import type { ChatMessage } from '../../../../protocol/chat.ts';

function keptInMemory(): Kept {
  let kept: string | null = null;
  return { get: () => kept, set: (value) => void (kept = value) };
}

const text = (content: string) => ({ content, replyTo: null, mentions: [] });

describe('what is written', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function outbox(
    answer: (message: Outgoing, attempt: number) => RequestError | null,
    unsent = createUnsent(keptInMemory()),
  ) {
    const asked: Outgoing[] = [];
    const stored: string[] = [];
    const box = createOutbox({
      send(message) {
        asked.push(message);
        const refusal = answer(message, asked.length);
        if (refusal) return Promise.reject(refusal);
        return Promise.resolve({ content: message.content } as ChatMessage);
      },
      onSent: ({ content }) => stored.push(content),
      before: unsent.of('room'),
      keep: (messages) => unsent.keep('room', messages),
    });
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

  test('is sent as the same messages after the page was reloaded', async () => {
    const kept = keptInMemory();
    const offline = new RequestError({ code: 'OFFLINE' });
    const before = outbox(() => offline, createUnsent(kept));
    for (const content of ['one', 'two']) before.box.add(text(content));
    await vi.advanceTimersByTimeAsync(0);
    const wrote = before.box.list.value;
    before.box.close();
    expect(createUnsent(kept).roomIds).toEqual(['room']);
    const after = outbox(() => null, createUnsent(kept));
    await vi.advanceTimersByTimeAsync(0);
    expect(after.asked).toEqual(wrote);
    expect(after.stored).toEqual(['one', 'two']);
    expect(createUnsent(kept).roomIds).toEqual([]);
    expect(kept.get()).toBeNull();
  });

  test('is not there where what was kept cannot be read', () => {
    const kept = keptInMemory();
    for (const text of ['{', '[]', '{"room":[{"content":1}]}']) {
      kept.set(text);
      expect(createUnsent(kept).roomIds).toEqual([]);
      expect(createUnsent(kept).of('room')).toEqual([]);
    }
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
