import { io, type Socket } from 'socket.io-client';
import type { Ack } from '../../protocol/errors.ts';
import { PROTOCOL_VERSION } from '../../protocol/events.ts';
import type { RequestInput, RequestName, RequestOutput } from '../../protocol/requests.ts';
import { signUp, type Person } from '../../test/support/people.ts';

const TIMEOUT_MS = 30_000;

/** Somebody with an account and an open page, without media. */
export class Acquaintance {
  readonly userId: string;
  readonly token: string;
  readonly name: string;
  readonly #url: string;
  #socket: Socket | null = null;

  static async signUp(url: string, name: string): Promise<Acquaintance> {
    const { userId, token } = await signUp({ url }, name);
    return new Acquaintance(url, { userId, token, name });
  }

  private constructor(url: string, { userId, token, name }: Person) {
    this.#url = url;
    this.userId = userId;
    this.token = token;
    this.name = name;
  }

  get socket(): Socket {
    if (!this.#socket) throw new Error('not connected');
    return this.#socket;
  }

  async connect(): Promise<void> {
    const socket = io(this.#url, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      timeout: TIMEOUT_MS,
      auth: { token: this.token, protocol: PROTOCOL_VERSION },
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    this.#socket = socket;
  }

  async request<N extends RequestName>(
    name: N,
    payload: RequestInput<N>,
  ): Promise<RequestOutput<N>> {
    const ack = (await this.socket.timeout(TIMEOUT_MS).emitWithAck(name, payload)) as Ack<
      RequestOutput<N>
    >;
    if (!ack.ok) throw new Error(`${name}: ${ack.error.code}`);
    return ack.data;
  }
}
