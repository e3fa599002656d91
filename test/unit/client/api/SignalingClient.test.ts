import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  SignalingClient,
  type AnyNotification,
  type SignalingState,
} from '../../../../client/api/SignalingClient.ts';
import type { Ack } from '../../../../protocol/errors.ts';

type Answer = (name: string, payload: unknown) => Promise<Ack<unknown>>;

/** What SignalingClient uses of a Socket.IO socket, driven by the test. */
class FakeSocket {
  connected = false;
  tries = 0;
  /** Milliseconds that the latest request was to wait. */
  patienceMs = 0;
  readonly io = { engine: { close: () => this.lose() } };
  answer: Answer = () => Promise.reject(new Error('operation has timed out'));
  readonly #listeners = new Map<string, (detail: unknown) => void>();
  #any: (name: string, payload: unknown) => void = () => undefined;

  connect(): void {
    this.tries += 1;
  }

  disconnect(): void {
    this.connected = false;
  }

  on(name: string, listener: (detail: unknown) => void): void {
    this.#listeners.set(name, listener);
  }

  emit(name: string, detail?: unknown): void {
    this.#listeners.get(name)?.(detail);
  }

  onAny(listener: (name: string, payload: unknown) => void): void {
    this.#any = listener;
  }

  timeout(ms: number): { emitWithAck: Answer } {
    this.patienceMs = ms;
    return { emitWithAck: (name, payload) => this.answer(name, payload) };
  }

  open(): void {
    this.connected = true;
    this.emit('connect');
  }

  lose(): void {
    this.connected = false;
    this.emit('disconnect');
  }

  tell(name: string, payload: unknown): void {
    this.#any(name, payload);
  }
}

let socket: FakeSocket;
vi.mock('socket.io-client', () => ({ io: () => socket }));

let page: EventTarget;

beforeEach(() => {
  vi.useFakeTimers();
  socket = new FakeSocket();
  page = new EventTarget();
  vi.stubGlobal('document', new EventTarget());
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function connected(): SignalingClient {
  const client = new SignalingClient('token', () => 0.5);
  client.connect();
  socket.open();
  return client;
}

const HAND = { meetingId: 'm', raised: true };

describe('requests', () => {
  test('answer the parsed data', async () => {
    const client = connected();
    socket.answer = () =>
      Promise.resolve({ ok: true, data: { handRaised: true, unknownToThisClient: 1 } });
    await expect(client.request('raise-hand', HAND)).resolves.toEqual({ handRaised: true });
  });

  test('throw a refusal with its code', async () => {
    const client = connected();
    const error = { code: 'RATE_LIMITED' as const, message: 'Slower.', retryAfterMs: 30 };
    socket.answer = () => Promise.resolve({ ok: false, error });
    await expect(client.request('raise-hand', HAND)).rejects.toMatchObject(error);
  });

  test('fail at once while there is no connection', async () => {
    const client = connected();
    socket.lose();
    await expect(client.request('raise-hand', HAND)).rejects.toMatchObject({ code: 'OFFLINE' });
  });

  test('that may be repeated are, once, when the connection is back', async () => {
    const client = connected();
    const asked: string[] = [];
    socket.answer = (name) => {
      asked.push(name);
      if (asked.length > 1) return Promise.resolve({ ok: true, data: { handRaised: true } });
      socket.lose();
      return Promise.reject(new Error('socket has been disconnected'));
    };
    const answer = client.request('raise-hand', HAND);
    await vi.advanceTimersByTimeAsync(100);
    expect(asked).toHaveLength(1);
    socket.open();
    await expect(answer).resolves.toEqual({ handRaised: true });
    expect(asked).toHaveLength(2);
  });

  test('that must not be repeated are not', async () => {
    const client = connected();
    const asked: string[] = [];
    socket.answer = (name) => {
      asked.push(name);
      return Promise.reject(new Error('operation has timed out'));
    };
    const payload = { meetingId: 'm', reaction: '👏' as const };
    await expect(client.request('send-reaction', payload)).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
    expect(asked).toHaveLength(1);
  });
});

describe('a request with little patience', () => {
  test('is not sent again, since a late answer is of no use', async () => {
    const client = connected();
    const asked: string[] = [];
    socket.answer = (name) => {
      asked.push(name);
      return Promise.reject(new Error('operation has timed out'));
    };
    const answer = client.request('raise-hand', HAND, { patienceMs: 1_000 });
    await expect(answer).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(asked).toHaveLength(1);
    expect(socket.patienceMs).toBe(1_000);
  });
});

describe('notifications', () => {
  test('are parsed; what does not fit or is not known is dropped', () => {
    const client = connected();
    const heard: AnyNotification[] = [];
    client.on('notification', (notification) => heard.push(notification));
    socket.tell('meeting-ended', { meetingId: 'm', fromANewerServer: true });
    socket.tell('meeting-ended', { meetingId: 5 });
    socket.tell('toString', {});
    expect(heard).toEqual([{ name: 'meeting-ended', payload: { meetingId: 'm' } }]);
  });
});

describe('the connection', () => {
  test('is sought at once when lost, then after a while', async () => {
    const client = connected();
    socket.lose();
    expect(socket.tries).toBe(2);
    expect(client.state).toEqual({ is: 'connecting', attempt: 1, nextTryAt: null });
    socket.emit('connect_error', new Error('refused'));
    expect(client.state).toEqual({
      is: 'connecting',
      attempt: 2,
      nextTryAt: Date.now() + 1_000,
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(socket.tries).toBe(3);
  });

  test('is sought without waiting when the network is back', () => {
    const client = connected();
    socket.lose();
    socket.emit('connect_error', new Error('refused'));
    page.dispatchEvent(new Event('online'));
    expect(socket.tries).toBe(3);
    expect(client.state).toMatchObject({ is: 'connecting', nextTryAt: null });
  });

  test('that nobody answers on is given up, and another sought at once', () => {
    const client = connected();
    client.suspect();
    expect(socket.tries).toBe(2);
    expect(client.state).toEqual({ is: 'connecting', attempt: 1, nextTryAt: null });
    // It is being sought already.
    client.suspect();
    expect(socket.tries).toBe(2);
  });

  test('is not sought twice at a time', () => {
    const client = connected();
    socket.lose();
    client.retryNow();
    expect(socket.tries).toBe(2);
  });

  test('is sought anew when asked for during a try that goes nowhere', () => {
    const client = connected();
    socket.lose();
    vi.advanceTimersByTime(1_500);
    client.retryNow();
    expect(socket.tries).toBe(3);
    expect(client.state).toEqual({ is: 'connecting', attempt: 1, nextTryAt: null });
  });

  test.each(['UNAUTHENTICATED', 'CLIENT_TOO_OLD'])('is given up when refused with %s', (code) => {
    const client = new SignalingClient('token');
    const states: SignalingState['is'][] = [];
    client.on('state', ({ is }) => states.push(is));
    client.connect();
    const data = { code, message: '' };
    socket.emit('connect_error', Object.assign(new Error('no'), { data }));
    vi.advanceTimersByTime(60_000);
    expect(states).toEqual(['connecting', 'refused']);
    expect(socket.tries).toBe(1);
  });

  test('that does not come fails those who wait for it', async () => {
    const client = new SignalingClient('token');
    client.connect();
    const waiting = expect(client.connected(3_000)).rejects.toMatchObject({ code: 'OFFLINE' });
    await vi.advanceTimersByTimeAsync(3_000);
    await waiting;
  });

  test('is not sought any more after closing', () => {
    const client = connected();
    client.close();
    socket.emit('disconnect');
    page.dispatchEvent(new Event('online'));
    vi.advanceTimersByTime(60_000);
    expect(socket.tries).toBe(1);
    expect(client.state).toEqual({ is: 'idle' });
  });
});
