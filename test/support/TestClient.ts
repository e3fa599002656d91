import { io, type Socket } from 'socket.io-client';
import type { Ack, ErrorBody, ErrorCode } from '../../protocol/errors.ts';
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
import { refusalsOfRequest } from './refusals.ts';

const TIMEOUT_MS = 10_000;

interface Received {
  name: NotificationName;
  payload: unknown;
}

/** A request was refused. */
export class Refused extends Error {
  readonly code: ErrorCode;
  readonly details: Record<string, unknown> | undefined;

  constructor({ code, message, details }: ErrorBody) {
    super(`${code}: ${message}`);
    this.code = code;
    this.details = details;
  }
}

/** A client on the wire: requests and notifications, each checked against its schema. */
export class TestClient {
  readonly socket: Socket;
  readonly received: Received[] = [];
  readonly #waiting = new Set<() => void>();

  /** @throws Refused when the handshake is */
  static async connect(
    url: string,
    token: string,
    auth: Record<string, unknown> = { token, protocol: PROTOCOL_VERSION },
    timeoutMs = TIMEOUT_MS,
  ): Promise<TestClient> {
    const socket = io(url, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      timeout: timeoutMs,
      auth,
    });
    const client = new TestClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', (error: Error & { data?: ErrorBody }) => {
        reject(error.data ? new Refused(error.data) : error);
      });
    });
    return client;
  }

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.onAny((name: NotificationName, payload: unknown) => {
      this.received.push({ name, payload: notifications[name].parse(payload) });
      for (const wake of this.#waiting) wake();
    });
  }

  get id(): string {
    return this.socket.id ?? '';
  }

  /** @throws Refused */
  async request<N extends RequestName>(
    name: N,
    payload: RequestInput<N>,
  ): Promise<RequestOutput<N>> {
    const ack = await this.raw(name, payload);
    if (!ack.ok) throw new Refused(ack.error);
    return requests[name].output.parse(ack.data) as RequestOutput<N>;
  }

  /**
   * Sends anything and answers the acknowledgement as it came.
   * @throws Error for a refusal that the contract does not name
   */
  async raw(name: string, ...payloads: unknown[]): Promise<Ack<unknown>> {
    const ack = (await this.socket
      .timeout(TIMEOUT_MS)
      .emitWithAck(name, ...payloads)) as Ack<unknown>;
    const unnamed =
      !ack.ok && isRequestName(name) && !refusalsOfRequest(name).includes(ack.error.code);
    if (unnamed) throw new Error(`${name} may not be refused with ${ack.error.code}`);
    return ack;
  }

  /** Notifications of that name so far. */
  all<N extends NotificationName>(name: N): NotificationPayload<N>[] {
    return this.received
      .filter((one) => one.name === name)
      .map(({ payload }) => payload as NotificationPayload<N>);
  }

  /** The first such notification that came or comes, and that fits. */
  async next<N extends NotificationName>(
    name: N,
    fits: (payload: NotificationPayload<N>) => boolean = () => true,
  ): Promise<NotificationPayload<N>> {
    for (;;) {
      const found = this.all(name).find(fits);
      if (found) return found;
      await new Promise<void>((resolve, reject) => {
        const done = (): void => {
          clearTimeout(timer);
          this.#waiting.delete(done);
          resolve();
        };
        const timer = setTimeout(() => {
          this.#waiting.delete(done);
          const names = this.received.map((one) => one.name).join(', ');
          reject(new Error(`no ${name} came; came: ${names || 'nothing'}`));
        }, TIMEOUT_MS);
        this.#waiting.add(done);
      });
    }
  }

  close(): void {
    this.socket.disconnect();
  }

  /** As a process that is killed or a cable that is cut: no goodbye. */
  cut(): void {
    this.socket.io.engine.transport.close();
  }
}

function isRequestName(name: string): name is RequestName {
  return Object.hasOwn(requests, name);
}
