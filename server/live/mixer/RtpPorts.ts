import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { AppError } from '../../core/AppError.ts';

/** What a burst of packets needs that come while the process does something else. */
const RECEIVE_BUFFER_BYTES = 2 ** 21;

export interface RtpPort {
  socket: Socket;
  port: number;
  /** Closes the socket and gives the port back. Idempotent. */
  release(): Promise<void>;
}

/** The UDP ports on which mixers of this process take RTP, with RTCP on the same. */
export class RtpPorts {
  readonly #address: string;
  readonly #min: number;
  readonly #max: number;
  readonly #taken = new Set<number>();
  #next: number;

  /** @param address where they listen @param range both included */
  constructor(address: string, range: { min: number; max: number }) {
    this.#address = address;
    this.#min = range.min;
    this.#max = range.max;
    this.#next = range.min;
  }

  /** How many are in use. */
  get taken(): number {
    return this.#taken.size;
  }

  get address(): string {
    return this.#address;
  }

  /** @throws AppError NO_CAPACITY: all are taken, by mixers or by others */
  async open(): Promise<RtpPort> {
    for (let tried = this.#min; tried <= this.#max; tried++) {
      const port = this.#next;
      this.#next = port === this.#max ? this.#min : port + 1;
      if (this.#taken.has(port)) continue;
      this.#taken.add(port);
      const socket = createSocket({
        type: this.#address.includes(':') ? 'udp6' : 'udp4',
        recvBufferSize: RECEIVE_BUFFER_BYTES,
      });
      try {
        socket.bind(port, this.#address);
        await once(socket, 'listening');
        return this.#portOf(socket, port);
      } catch {
        this.#taken.delete(port);
        socket.close();
      }
    }
    throw new AppError('NO_CAPACITY', { message: 'All RTP ports of this mixer are taken.' });
  }

  #portOf(socket: Socket, port: number): RtpPort {
    // Packets that could not be received are lost packets.
    socket.on('error', () => undefined);
    let released: Promise<void> | null = null;
    const close = async () => {
      await new Promise<void>((resolve) => void socket.close(resolve));
      this.#taken.delete(port);
    };
    return { socket, port, release: () => (released ??= close()) };
  }
}
