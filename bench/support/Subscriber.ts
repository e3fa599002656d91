import type { BotConsumer, BotSession } from './BotSession.ts';
import { dtlsParameters, MediaEndpoint } from './MediaEndpoint.ts';
import { TIMESTAMP_OFFSET } from './Publisher.ts';

/** Long, because several hundred streams keep the machine that makes and takes them busy. */
const PATIENCE_MS = 30_000;
/** One packet in so many is decrypted to read when it was sent. */
const SAMPLE_EVERY = 50;
const SSRC_OFFSET = 8;
const FIXED_HEADER_BYTES = 12;
const CSRC_COUNT = 0x0f;
const EXTENSION_BIT = 0x10;

/** Receives streams and counts their packets. */
export class Subscriber {
  readonly consumers: readonly BotConsumer[];
  /** Milliseconds from a publisher's send call to the arrival here. */
  readonly latencies: number[] = [];
  /** Time (performance.now) of the first packet of each SSRC. */
  readonly firstPacketAt = new Map<number, number>();
  packets = 0;
  readonly #endpoint: MediaEndpoint;
  readonly #ssrcs: ReadonlySet<number>;
  #onFirst: () => void = () => undefined;

  /** Handshake and creation of the consumers run side by side, as in a browser. */
  static async create(session: BotSession, producerIds: readonly string[]): Promise<Subscriber> {
    const options = await session.createTransport('recv');
    const [endpoint, consumers] = await Promise.all([
      session
        .connectTransport(options.id, dtlsParameters)
        .then(() => MediaEndpoint.connect(options)),
      session.consume(options.id, producerIds),
    ]);
    const subscriber = new Subscriber(endpoint, consumers);
    await session.resume(consumers.map(({ id }) => id));
    return subscriber;
  }

  private constructor(endpoint: MediaEndpoint, consumers: readonly BotConsumer[]) {
    this.#endpoint = endpoint;
    this.consumers = consumers;
    this.#ssrcs = new Set(consumers.map(({ ssrc }) => ssrc));
    endpoint.onRtp = (packet) => this.#count(packet);
  }

  /** Consumers that no packet has come for. */
  get silent(): BotConsumer[] {
    return this.consumers.filter(({ ssrc }) => !this.firstPacketAt.has(ssrc));
  }

  /** Settles when `streams` streams have had a packet. @throws Error after `timeoutMs` */
  async hears(streams: number, timeoutMs = PATIENCE_MS): Promise<void> {
    if (this.firstPacketAt.size >= streams) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`${this.firstPacketAt.size} of ${streams} streams after ${timeoutMs} ms`));
      }, timeoutMs);
      this.#onFirst = () => {
        if (this.firstPacketAt.size < streams) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  close(): void {
    this.#endpoint.close();
  }

  #count(packet: Buffer): void {
    const ssrc = packet.readUInt32BE(SSRC_OFFSET);
    // The worker's own probes for bandwidth come with an SSRC of their own.
    if (!this.#ssrcs.has(ssrc)) return;
    if (!this.firstPacketAt.has(ssrc)) {
      this.firstPacketAt.set(ssrc, performance.now());
      this.#onFirst();
    }
    this.packets++;
    if (this.packets % SAMPLE_EVERY !== 0) return;
    const now = performance.now();
    const clear = this.#endpoint.decrypt(packet);
    if (clear) this.latencies.push(now - clear.readDoubleBE(headerBytes(clear) + TIMESTAMP_OFFSET));
  }
}

/** Length of an RTP header with its CSRCs and extensions, of which the worker adds some (RFC 3550 §5.1, §5.3.1). */
function headerBytes(packet: Buffer): number {
  const first = packet[0] ?? 0;
  const fixed = FIXED_HEADER_BYTES + 4 * (first & CSRC_COUNT);
  if ((first & EXTENSION_BIT) === 0) return fixed;
  return fixed + 4 + 4 * packet.readUInt16BE(fixed + 2);
}
