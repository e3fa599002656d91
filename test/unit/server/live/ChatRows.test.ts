import { beforeEach, expect, test } from 'vitest';
import { ChatRows } from '../../../../server/live/chat/ChatRows.ts';
import type { HeardMessage, ListenerChatStore } from '../../../../server/live/chat/stores.ts';

/** A chat as a database has it. */
class Chat implements Pick<ListenerChatStore, 'newest' | 'changes'> {
  reads = 0;
  isAway = false;
  rev = 0;
  readonly #messages = new Map<number, HeardMessage>();

  put(seq: number, more: Partial<HeardMessage> = {}): void {
    this.rev += 1;
    this.#messages.set(seq, {
      ...{ id: `m${seq}`, seq, rev: this.rev, name: 'Lis', fromListener: true, replyTo: null },
      ...{ content: `text ${seq}`, createdAt: seq, isEdited: false, isDeleted: false },
      ...more,
    });
  }

  newest(_: string, since: number, limit: number) {
    const all = this.#since(since).filter(({ isDeleted }) => !isDeleted);
    return this.#answer(all.sort((one, other) => one.seq - other.seq).slice(-limit));
  }

  changes(_: string, since: number, behind: number, limit: number) {
    const all = this.#since(since).filter(({ rev }) => rev > behind);
    return this.#answer(all.sort((one, other) => one.rev - other.rev).slice(0, limit));
  }

  #since = (since: number) =>
    [...this.#messages.values()].filter(({ createdAt }) => createdAt >= since);

  #answer(messages: HeardMessage[]) {
    this.reads += 1;
    if (this.isAway) return Promise.reject(new Error('away'));
    return Promise.resolve({ rev: this.rev, messages });
  }
}

let chat: Chat;
let rows: ChatRows;
let now: number;
beforeEach(() => {
  chat = new Chat();
  now = 1_000_000;
  rows = new ChatRows(chat, () => now);
});
const read = (since = 0) => rows.read('m1', since);
const ids = async (since = 0) => (await read(since)).messages.map(({ id }) => id);

test('however many ask, it is read once in a second', async () => {
  chat.put(1);
  await Promise.all(Array.from({ length: 300 }, () => read()));
  now += 999;
  await read();
  expect(chat.reads).toBe(1);
  now += 1;
  await Promise.all(Array.from({ length: 300 }, () => read()));
  expect(chat.reads).toBe(2);
});

test('what has changed is taken over, what was deleted is known', async () => {
  chat.put(1);
  chat.put(2);
  expect(await ids()).toEqual(['m1', 'm2']);
  chat.put(3);
  chat.put(1, { isDeleted: true, content: '' });
  now += 1_000;
  const { messages, rev, base } = await read();
  expect(messages.map(({ id, isDeleted }) => [id, isDeleted])).toEqual([
    ['m1', true],
    ['m2', false],
    ['m3', false],
  ]);
  expect([rev, base]).toEqual([4, 2]);
});

test('the newest are kept, and it is known how far back they tell of changes', async () => {
  for (let seq = 1; seq <= 600; seq += 1) chat.put(seq);
  const first = await read();
  expect([first.messages.length, first.messages[0]?.seq, first.base]).toEqual([500, 101, 600]);
  chat.put(101, { content: 'changed' });
  chat.put(601);
  now += 1_000;
  const { messages, base } = await read();
  expect([messages.length, messages[0]?.seq]).toEqual([500, 102]);
  // Of the change of one that is not kept nobody can be told.
  expect(base).toBe(601);
});

test('another start begins anew', async () => {
  chat.put(1);
  chat.put(2);
  expect(await ids()).toEqual(['m1', 'm2']);
  expect(await ids(2)).toEqual(['m2']);
});

test('while the store is away, listeners keep what they have for a minute', async () => {
  chat.put(1);
  await read();
  chat.isAway = true;
  now += 60_000;
  expect(await ids()).toEqual(['m1']);
  now += 1;
  await expect(read()).rejects.toThrow('away');
});

test('what nobody asks for is forgotten', async () => {
  chat.put(1);
  chat.put(2, { isDeleted: true });
  expect(await ids()).toEqual(['m1']);
  now += 60_001;
  await rows.read('m2', 0);
  chat.isAway = true;
  await expect(read()).rejects.toThrow('away');
});
