import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { AppError } from '../../core/AppError.ts';
import { parseRtp, type RtpPacket } from './rtp.ts';

/** What a burst of packets needs that come while the process does something else. */
const RECEIVE_BUFFER_BYTES = 2 ** 22;

/** UDP ports, both included. */
export interface RtpPortRange {
  min: number;
  max: number;
}

/** What tells one stream from the others on the port. */
export interface RtpStream {
  ssrc: number;
  payloadType: number;
}

interface Subscription extends RtpStream {
  onPacket: (packet: RtpPacket) => void;
}

/**
 * The one UDP port of a room: every stream comes here, and its SSRC says which it is. What nobody asked for, and
 * RTCP, is left alone.
 */
export class MediaPort {
  readonly ip: string;
  readonly port: number;
  readonly #socket: Socket;
  readonly #subscriptions = new Map<number, Set<Subscription>>();
  #closing: Promise<void> | null = null;

  /**
   * @param ip where it listens
   * @param first the port that is tried first: the one before, so that senders need not be told another
   * @throws AppError NO_CAPACITY: all ports of the range are taken
   */
  static async open(ip: string, { min, max }: RtpPortRange, first = min): Promise<MediaPort> {
    const count = max - min + 1;
    for (let tried = 0; tried < count; tried++) {
      const port = min + ((((first - min + tried) % count) + count) % count);
      const type = ip.includes(':') ? 'udp6' : 'udp4';
      const socket = createSocket({ type, recvBufferSize: RECEIVE_BUFFER_BYTES });
      try {
        socket.bind(port, ip);
        await once(socket, 'listening');
        return new MediaPort(socket, ip, port);
      } catch {
        socket.close();
      }
    }
    throw new AppError('NO_CAPACITY', { message: 'All RTP ports of this mixer are taken.' });
  }

  private constructor(socket: Socket, ip: string, port: number) {
    this.ip = ip;
    this.port = port;
    this.#socket = socket;
    // Packets that could not be received are lost packets.
    socket.on('error', () => undefined);
    socket.on('message', (data) => this.#receive(data));
  }

  /** Several may follow one stream. @returns ends it */
  subscribe({ ssrc, payloadType }: RtpStream, onPacket: (packet: RtpPacket) => void): () => void {
    const subscription = { ssrc, payloadType, onPacket };
    const all = this.#subscriptions.get(ssrc) ?? new Set();
    this.#subscriptions.set(ssrc, all.add(subscription));
    return () => {
      all.delete(subscription);
      if (all.size === 0 && this.#subscriptions.get(ssrc) === all) this.#subscriptions.delete(ssrc);
    };
  }

  /** Settles when others can have the port. Idempotent. */
  close(): Promise<void> {
    this.#subscriptions.clear();
    return (this.#closing ??= new Promise((resolve) => void this.#socket.close(resolve)));
  }

  #receive(data: Buffer): void {
    const packet = parseRtp(data);
    if (!packet) return;
    for (const { payloadType, onPacket } of this.#subscriptions.get(packet.ssrc) ?? []) {
      if (packet.payloadType === payloadType) onPacket(packet);
    }
  }
}
