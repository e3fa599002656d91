import { signal } from '@preact/signals';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RequestError } from '../../../../../client/api/RequestError.ts';
import type { RestClient } from '../../../../../client/api/RestClient.ts';
import { createListenerChat } from '../../../../../client/state/live/listenerChat.ts';
import type { LiveRoomView } from '../../../../../protocol/live.ts';
import type { ListenerChat, ListenerMessage } from '../../../../../protocol/liveChat.ts';

const FIRST = '2026-01-01T10:00:00.000Z';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const line = (seq: number, more: Partial<ListenerMessage> = {}): ListenerMessage => ({
  ...{ id: `m${seq}`, seq, name: 'Ada', fromListener: false, content: `text ${seq}` },
  ...{ replyTo: null, createdAt: FIRST, edited: false },
  ...more,
});

/** A chat of a page over a server that has what it is told to have. */
function open(listenerChat: ListenerChat = 'write') {
  const server = {
    listenerChat,
    /** What changed with each revision. */
    log: [] as (ListenerMessage | string)[],
    refuses: null as RequestError['code'] | null,
    asked: [] as { after: string | undefined; token: string | undefined; at: number }[],
    written: [] as { clientId: string; content: string; name: string }[],
  };
  const calls = {
    readLiveChat({ query = {}, token }: { query?: Record<string, string>; token?: string }) {
      const { after } = query;
      server.asked.push({ after, token, at: Date.now() });
      const changed = server.log.slice(Number(after ?? 0));
      return {
        messages: changed.filter((one) => typeof one !== 'string'),
        removed: changed.filter((one) => typeof one === 'string'),
        ...{ isWhole: after === undefined, cursor: server.log.length },
        listenerChat: server.listenerChat,
      };
    },
    writeLiveChat({ body }: { body: { clientId: string; content: string; name: string } }) {
      server.written.push(body);
      const message = line(server.log.length + 1, { ...body, fromListener: true });
      server.log.push(message);
      return { message };
    },
  };
  const call = async (name: keyof typeof calls, options: object) => {
    await Promise.resolve();
    if (server.refuses) throw new RequestError({ code: server.refuses });
    return calls[name](options as Parameters<(typeof calls)[typeof name]>[0] & { body: never });
  };
  const room = signal<LiveRoomView | null>({ listenerChat } as LiveRoomView);
  const token = signal<string | null>('a token');
  const airing = signal<string | null>(FIRST);
  const lost: number[] = [];
  const chat = createListenerChat({
    rest: { call } as unknown as RestClient,
    ...{ roomId: 'town-hall', token, room, airing },
    onAccessLost: () => lost.push(Date.now()),
  });
  return {
    ...{ server, chat, room, token, airing, lost },
    set: (to: ListenerChat) => {
      server.listenerChat = to;
      room.value = { listenerChat: to } as LiveRoomView;
    },
    ids: () => chat.messages.value?.map(({ id }) => id),
    pass: (ms: number) => vi.advanceTimersByTimeAsync(ms),
  };
}

test('what is written, changed and deleted is followed from where one was', async () => {
  const { server, ids, pass } = open();
  server.log.push(line(1), line(2));
  await pass(0);
  expect(ids()).toEqual(['m1', 'm2']);
  server.log.push(line(3), 'm1');
  await pass(2_500);
  expect(ids()).toEqual(['m2', 'm3']);
  expect(server.asked.map(({ after }) => after)).toEqual([undefined, '2']);
  expect(server.asked.every(({ token }) => token === 'a token')).toBe(true);
});

test('nothing is asked for while there is no chat, no start or no PIN', async () => {
  for (const without of ['chat', 'start', 'PIN']) {
    const { server, room, token, airing, chat, pass } = open();
    await pass(0);
    if (without === 'chat') room.value = { listenerChat: 'off' } as LiveRoomView;
    if (without === 'start') airing.value = null;
    if (without === 'PIN') token.value = null;
    const before = server.asked.length;
    await pass(60_000);
    expect(server.asked, without).toHaveLength(before);
    expect(chat.state.value).toBe(without === 'chat' ? 'closed' : 'off');
  }
});

test('a chat that is closed is shown no more, and begun anew when it is opened', async () => {
  const { server, chat, set, ids, pass } = open();
  server.log.push(line(1));
  await pass(0);
  server.refuses = 'FORBIDDEN';
  await pass(2_500);
  expect([chat.state.value, ids()]).toEqual(['closed', undefined]);
  set('off');
  server.refuses = null;
  set('read');
  await pass(0);
  expect([chat.state.value, ids()]).toEqual(['read', ['m1']]);
  expect(server.asked.at(-1)?.after).toBeUndefined();
});

test('another start is another chat', async () => {
  const { server, airing, ids, pass } = open();
  server.log.push(line(1));
  await pass(0);
  server.log.splice(0);
  airing.value = '2026-01-01T11:00:00.000Z';
  await pass(0);
  expect(ids()).toEqual([]);
});

test('what one writes is sent once, is one’s own, and stays with its reason if it is refused', async () => {
  const { server, chat, ids, pass } = open();
  await pass(0);
  chat.setName('  Lis  ');
  server.refuses = 'FORBIDDEN';
  chat.send('hello');
  await pass(0);
  expect(chat.outgoing.value).toMatchObject([{ content: 'hello', failure: { code: 'FORBIDDEN' } }]);
  server.refuses = null;
  chat.retry(chat.outgoing.value[0]?.clientId ?? '');
  await pass(0);
  expect(chat.outgoing.value).toEqual([]);
  expect(server.written).toMatchObject([{ content: 'hello', name: 'Lis' }]);
  expect(ids()).toEqual(['m1']);
  expect(chat.ownIds.value.has('m1')).toBe(true);
  await pass(2_500);
  expect(ids()).toEqual(['m1']);
});

test('a token that is refused is told of, and not used again', async () => {
  const { server, lost, pass } = open();
  server.refuses = 'UNAUTHENTICATED';
  await pass(60_000);
  expect(lost).toHaveLength(1);
});

test('a server that is away is asked more and more seldom, and what is known stays', async () => {
  const { server, chat, ids, pass } = open();
  server.log.push(line(1));
  await pass(0);
  server.refuses = 'OFFLINE';
  await pass(2_500);
  expect([chat.failure.value?.code, ids()]).toEqual(['OFFLINE', ['m1']]);
  await pass(100_000);
  server.refuses = null;
  const before = server.asked.length;
  await pass(20_000);
  expect(server.asked.length).toBeGreaterThan(before);
  expect(chat.failure.value).toBeNull();
});

test('what is new below is counted until it is before one’s eyes', async () => {
  const { server, chat, pass } = open();
  server.log.push(line(1));
  await pass(0);
  chat.setShown(false);
  expect(chat.unseen.value).toBe(0);
  server.log.push(line(2), line(3));
  await pass(2_500);
  expect(chat.unseen.value).toBe(2);
  chat.setShown(true);
  expect(chat.unseen.value).toBe(0);
});
