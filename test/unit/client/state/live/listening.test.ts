import { signal } from '@preact/signals';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RequestError } from '../../../../../client/api/RequestError.ts';
import type { RestClient } from '../../../../../client/api/RestClient.ts';
import { createListening } from '../../../../../client/state/live/listening.ts';
import type { Player, PlayerDeps } from '../../../../../client/state/live/player.ts';
import type { LiveState } from '../../../../../protocol/live.ts';

let page: EventTarget;

beforeEach(() => {
  page = new EventTarget();
  vi.useFakeTimers();
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A page over a server that answers what it is told to. */
function open({ hasAccount = false } = {}) {
  const server = {
    state: 'created' as LiveState,
    startedAt: null as string | null,
    /** What every request is refused with; null: none is. */
    refuses: null as RequestError | null,
    pin: '4711',
    isHosts: false,
  };
  const looks: { at: number; counted: boolean }[] = [];
  const asked: number[] = [];
  const done: string[] = [];
  const calls = {
    watchLiveRoom({ query = {} }: { query?: Record<string, string> }) {
      looks.push({ at: Date.now(), counted: query['listener'] !== undefined });
      const { state, startedAt } = server;
      const of = { roomId: 'town-hall', title: 'Town hall', interrupted: false, stoppedAt: null };
      return { room: { ...of, state, startedAt, hlsUrl: '/master.m3u8' }, listeners: 3 };
    },
    enterLiveRoom({ body = {} }: { body?: { pin?: string } }) {
      if (!server.isHosts && body.pin === undefined) refuse('PASSCODE_REQUIRED');
      if (!server.isHosts && body.pin !== server.pin) refuse('PASSCODE_WRONG');
      return { token: `token ${server.pin}`, expiresAt: '2100-01-01T00:00:00.000Z', hlsUrl: '' };
    },
  };
  const call = async (name: keyof typeof calls, options: object) => {
    await Promise.resolve();
    asked.push(Date.now());
    if (server.refuses) throw server.refuses;
    return calls[name](options);
  };
  const state = signal('idle');
  let onAccessLost = (): void => undefined;
  const createPlayer = (deps: PlayerDeps): Player => {
    onAccessLost = deps.onAccessLost;
    return {
      model: { state } as unknown as Player['model'],
      start: ({ token }) => done.push(`start with ${token}`),
      stop: () => done.push('stop'),
      close: () => done.push('close'),
    };
  };
  const listening = createListening({
    rest: { call } as unknown as RestClient,
    ...{ roomId: 'town-hall', hasAccount, preview: false, createPlayer },
    expire: () => done.push('expire'),
  });
  return {
    ...{ server, looks, asked, done, listening, state },
    loseAccess: () => onAccessLost(),
    scene: () => listening.scene.value,
    pass: (ms: number) => vi.advanceTimersByTimeAsync(ms),
  };
}

function refuse(code: RequestError['code']): never {
  throw new RequestError({ code });
}

test('who knows the PIN waits for the beginning, and hears it by itself', async () => {
  const { server, listening, done, scene, pass } = open();
  expect(scene()).toBe('loading');
  await pass(0);
  expect(scene()).toBe('pin');
  await listening.enter('0000');
  expect(listening.access.value).toMatchObject({ failure: { code: 'PASSCODE_WRONG' } });
  await listening.enter('4711');
  expect(scene()).toBe('not-begun');
  Object.assign(server, { state: 'on-air', startedAt: '2026-01-01T10:00:00.000Z' });
  await pass(4_000);
  expect(scene()).toBe('on-air');
  expect(done).toEqual(['start with token 4711']);
  // The same start is played once, however often it is asked for.
  await pass(20_000);
  expect(done).toHaveLength(1);
});

test('only those who listen are counted', async () => {
  const { server, listening, looks, pass } = open();
  server.state = 'on-air';
  await pass(4_000);
  await listening.enter('4711');
  await pass(4_000);
  expect(looks.map(({ counted }) => counted)).toEqual([false, false, true]);
});

test('what was mixed before the end is heard', async () => {
  const { server, listening, done, state, scene, pass } = open();
  server.state = 'on-air';
  await pass(0);
  await listening.enter('4711');
  state.value = 'playing';
  server.state = 'stopped';
  await pass(4_000);
  expect(scene()).toBe('on-air');
  state.value = 'ended';
  expect(scene()).toBe('over');
  expect(done.at(-1)).toBe('stop');
});

test('another start is played anew: its keys are others', async () => {
  const { server, listening, done, pass } = open();
  Object.assign(server, { state: 'on-air', startedAt: '2026-01-01T10:00:00.000Z' });
  await pass(0);
  await listening.enter('4711');
  server.startedAt = '2026-01-01T11:00:00.000Z';
  await pass(4_000);
  expect(done.filter((one) => one.startsWith('start'))).toHaveLength(2);
});

test('a new PIN is asked for politely, and leads back', async () => {
  const { server, listening, done, scene, pass, loseAccess } = open();
  server.state = 'on-air';
  await pass(0);
  await listening.enter('4711');
  server.pin = '0815';
  loseAccess();
  expect(scene()).toBe('pin');
  expect(listening.access.value).toMatchObject({ lost: true, failure: null });
  await listening.enter('0815');
  expect(scene()).toBe('on-air');
  expect(done.at(-1)).toBe('start with token 0815');
});

test('its host needs no PIN, and gets in again without being asked', async () => {
  const { server, scene, pass, loseAccess, listening } = open({ hasAccount: true });
  Object.assign(server, { state: 'on-air', isHosts: true });
  await pass(0);
  expect(scene()).toBe('on-air');
  await pass(60_000);
  loseAccess();
  await pass(0);
  expect(scene()).toBe('on-air');
  // What is refused again at once is refused for good.
  loseAccess();
  expect(listening.access.value).toMatchObject({ is: 'needed', lost: true });
});

test('who was signed in once enters like everybody else', async () => {
  const { server, scene, pass, done, listening } = open({ hasAccount: true });
  server.refuses = new RequestError({ code: 'UNAUTHENTICATED' });
  await pass(0);
  expect(done).toEqual(['expire']);
  server.refuses = null;
  await pass(5_000);
  expect(scene()).toBe('pin');
  await listening.enter('4711');
  expect(scene()).toBe('not-begun');
});

test('a server that is away is asked less and less often, and at once when the network is back', async () => {
  const { server, asked, listening, scene, pass } = open();
  await pass(0);
  await listening.enter('4711');
  server.refuses = new RequestError({ code: 'OFFLINE' });
  const before = asked.length;
  await pass(60_000);
  const tries = asked.slice(before);
  const pauses = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
  expect(pauses).toEqual([5_000, 7_500, 11_250, 16_875]);
  expect(scene()).toBe('not-begun');
  expect(listening.failure.value).toMatchObject({ code: 'OFFLINE' });
  server.refuses = null;
  page.dispatchEvent(new Event('online'));
  await pass(0);
  expect(listening.failure.value).toBeNull();
});

test('a room that goes is gone, and one that never was is unknown', async () => {
  const { server, scene, pass } = open();
  await pass(0);
  server.refuses = new RequestError({ code: 'NOT_FOUND' });
  await pass(4_000);
  expect(scene()).toBe('removed');
  const other = open();
  other.server.refuses = new RequestError({ code: 'NOT_FOUND' });
  await other.pass(0);
  expect(other.scene()).toBe('unknown');
});

test('a page that is left asks for nothing any more', async () => {
  const { listening, looks, done, pass } = open();
  await pass(0);
  listening.close();
  await pass(60_000);
  expect(looks).toHaveLength(1);
  expect(done.at(-1)).toBe('close');
});
