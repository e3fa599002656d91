import { io, type Socket } from 'socket.io-client';
import type { Ack, ErrorBody } from '../../protocol/errors.ts';
import { PROTOCOL_VERSION } from '../../protocol/events.ts';
import {
  notifications,
  type NotificationName,
  type NotificationPayload,
} from '../../protocol/notifications.ts';
import {
  requests,
  type RequestInput,
  type RequestName,
  type RequestOutput,
} from '../../protocol/requests.ts';
import { reconnectDelayMs } from './backoff.ts';
import { Emitter } from './Emitter.ts';
import { RequestError } from './RequestError.ts';

const REQUEST_TIMEOUT_MS = 6_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** A try that has run for so long goes nowhere: by a network that is gone, say. */
const OVERDUE_MS = 1_000;

export type SignalingState =
  | { is: 'idle' }
  | { is: 'connected' }
  /** A try runs, or the next begins at `nextTryAt` (milliseconds since the Unix epoch). */
  | { is: 'connecting'; attempt: number; nextTryAt: number | null }
  /** The server refuses this client for good: sign in again, or reload. */
  | { is: 'refused'; error: RequestError };

type SignalingEvents = {
  state: [SignalingState];
  notification: [{ [N in NotificationName]: Notification<N> }[NotificationName]];
};

export interface Notification<N extends NotificationName> {
  name: N;
  payload: NotificationPayload<N>;
}
export type AnyNotification = { [N in NotificationName]: Notification<N> }[NotificationName];

export interface RequestOptions {
  /** Milliseconds to wait for the answer. Who names them has no use for a late one: it is not sent again. */
  patienceMs?: number;
}

/** What a new try cannot change. */
const FINAL_REFUSALS = new Set(['UNAUTHENTICATED', 'CLIENT_TOO_OLD']);

/** The Socket.IO half of the server's API: typed requests, parsed notifications, reconnection. */
export class SignalingClient extends Emitter<SignalingEvents> {
  readonly #socket: Socket;
  readonly #random: () => number;
  #state: SignalingState = { is: 'idle' };
  #wanted = false;
  /** The page is closed, reloaded, or put aside by the browser. */
  #pageGone = false;
  #attempt = 0;
  /** When the latest try began. */
  #openedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(token: string, random: () => number = Math.random) {
    super();
    this.#random = random;
    this.#socket = io({
      transports: ['websocket'],
      autoConnect: false,
      // When to try again is decided here.
      reconnection: false,
      timeout: CONNECT_TIMEOUT_MS,
      auth: { token, protocol: PROTOCOL_VERSION },
    });
    this.#socket.on('connect', () => {
      this.#attempt = 0;
      this.#setState({ is: 'connected' });
    });
    this.#socket.on('disconnect', () => this.#retry());
    this.#socket.on('connect_error', (error: Error & { data?: ErrorBody }) => {
      if (error.data && FINAL_REFUSALS.has(error.data.code)) {
        this.#wanted = false;
        this.#setState({ is: 'refused', error: new RequestError(error.data) });
      } else this.#retry();
    });
    this.#socket.onAny((name: string, payload: unknown) => this.#receive(name, payload));
  }

  get state(): SignalingState {
    return this.#state;
  }

  /** Connects and stays connected until `close`. Idempotent. */
  connect(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    globalThis.addEventListener('online', this.retryNow);
    globalThis.addEventListener('pagehide', this.#hangUp);
    globalThis.addEventListener('pageshow', this.#comeBack);
    document.addEventListener('visibilitychange', this.#retryWhenSeen);
    this.#retry();
  }

  /** Settles when connected. @throws RequestError when refused, or OFFLINE after the time. */
  async connected(timeoutMs = CONNECT_TIMEOUT_MS): Promise<void> {
    if (this.#state.is === 'connected') return;
    await new Promise<void>((resolve, reject) => {
      const done = (settle: () => void): void => {
        clearTimeout(timer);
        this.off('state', look);
        settle();
      };
      const look = (state: SignalingState): void => {
        if (state.is === 'connected') done(resolve);
        if (state.is === 'refused') done(() => reject(state.error));
      };
      const timer = setTimeout(() => {
        done(() => reject(new RequestError({ code: 'OFFLINE' })));
      }, timeoutMs);
      this.on('state', look);
      look(this.#state);
    });
  }

  /** Does not wait for the next try, or for one that goes nowhere. */
  readonly retryNow = (): void => {
    if (!this.#wanted || this.#state.is !== 'connecting') return;
    if (this.#state.nextTryAt === null) {
      if (Date.now() - this.#openedAt < OVERDUE_MS) return;
      this.#socket.disconnect();
    }
    clearTimeout(this.#timer);
    this.#open();
  };

  /**
   * The connection counts as open, but nobody answers on it: gives it up and opens another at once.
   * Without a farewell, so that the server keeps the place as for any connection that broke.
   */
  suspect(): void {
    if (this.#state.is === 'connected') this.#socket.io.engine.close();
  }

  close(): void {
    this.#wanted = false;
    clearTimeout(this.#timer);
    globalThis.removeEventListener('online', this.retryNow);
    globalThis.removeEventListener('pagehide', this.#hangUp);
    globalThis.removeEventListener('pageshow', this.#comeBack);
    document.removeEventListener('visibilitychange', this.#retryWhenSeen);
    this.#socket.disconnect();
    this.#setState({ is: 'idle' });
  }

  /**
   * Asks the server. A request that is declared idempotent and whose answer was lost is sent once
   * more when the connection is back.
   * @throws RequestError
   */
  async request<N extends RequestName>(
    name: N,
    payload: RequestInput<N>,
    { patienceMs }: RequestOptions = {},
  ): Promise<RequestOutput<N>> {
    try {
      return await this.#ask(name, payload, patienceMs ?? REQUEST_TIMEOUT_MS);
    } catch (error) {
      const lost = error instanceof RequestError && error.code === 'TIMEOUT';
      if (!lost || !requests[name].idempotent || patienceMs !== undefined) throw error;
      await this.connected();
      return this.#ask(name, payload, REQUEST_TIMEOUT_MS);
    }
  }

  async #ask<N extends RequestName>(
    name: N,
    payload: RequestInput<N>,
    timeoutMs: number,
  ): Promise<RequestOutput<N>> {
    if (!this.#socket.connected) throw new RequestError({ code: 'OFFLINE' });
    let ack: Ack<unknown>;
    try {
      const asked = this.#socket.timeout(timeoutMs).emitWithAck(name, payload);
      ack = (await asked) as Ack<unknown>;
    } catch {
      // The time is over, or the connection was lost before the answer.
      throw new RequestError({ code: 'TIMEOUT' });
    }
    if (!ack.ok) throw new RequestError(ack.error);
    return requests[name].output.parse(ack.data) as RequestOutput<N>;
  }

  readonly #retryWhenSeen = (): void => {
    if (document.visibilityState === 'visible') this.retryNow();
  };

  /** Says so itself: a server that only misses a connection waits longer for it to come back. */
  readonly #hangUp = (): void => {
    this.#pageGone = true;
    this.#socket.disconnect();
  };

  /** Back from the browser's cache of pages. */
  readonly #comeBack = (): void => {
    if (!this.#pageGone) return;
    this.#pageGone = false;
    this.#retry();
  };

  #retry(): void {
    clearTimeout(this.#timer);
    if (!this.#wanted || this.#pageGone) return;
    this.#attempt += 1;
    const delay = reconnectDelayMs(this.#attempt, this.#random());
    if (delay === 0) {
      this.#open();
      return;
    }
    const nextTryAt = Date.now() + delay;
    this.#setState({ is: 'connecting', attempt: this.#attempt, nextTryAt });
    this.#timer = setTimeout(() => this.#open(), delay);
  }

  #open(): void {
    this.#openedAt = Date.now();
    this.#setState({ is: 'connecting', attempt: this.#attempt, nextTryAt: null });
    this.#socket.connect();
  }

  #receive(name: string, payload: unknown): void {
    // A newer server may tell more than this client knows.
    if (!Object.hasOwn(notifications, name)) return;
    const known = name as NotificationName;
    const parsed = notifications[known].safeParse(payload);
    if (!parsed.success) return;
    this.emit('notification', { name: known, payload: parsed.data } as AnyNotification);
  }

  #setState(state: SignalingState): void {
    this.#state = state;
    this.emit('state', state);
  }
}
