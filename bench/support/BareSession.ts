import { createWorker, type types } from 'mediasoup';
import type { Source } from '../../protocol/meetings.ts';
import type {
  DtlsParameters,
  RtpCapabilities,
  RtpParameters,
  TransportOptions,
} from '../../protocol/rtp.ts';
import { botCapabilities } from './botCapabilities.ts';
import type { BotConsumer, BotSession } from './BotSession.ts';

/** mediasoup alone, driven from this process: the other side of every ratio. */
export class BareServer {
  readonly worker: types.Worker;
  readonly webRtcServer: types.WebRtcServer;
  readonly router: types.Router;
  readonly botCapabilities: types.RtpCapabilities;

  static async start(): Promise<BareServer> {
    const worker = await createWorker({ logLevel: 'none' });
    const webRtcServer = await worker.createWebRtcServer({
      listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }],
    });
    const router = await worker.createRouter({
      mediaCodecs: [
        { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000, preferredPayloadType: 96 },
      ],
    });
    return new BareServer(worker, webRtcServer, router);
  }

  private constructor(
    worker: types.Worker,
    webRtcServer: types.WebRtcServer,
    router: types.Router,
  ) {
    this.worker = worker;
    this.webRtcServer = webRtcServer;
    this.router = router;
    this.botCapabilities = botCapabilities(
      router.rtpCapabilities as RtpCapabilities,
    ) as types.RtpCapabilities;
  }

  createSession(): BareSession {
    return new BareSession(this);
  }

  stop(): void {
    this.worker.close();
  }
}

class BareSession implements BotSession {
  readonly #server: BareServer;
  readonly #transports = new Map<string, types.WebRtcTransport>();
  readonly #consumers = new Map<string, types.Consumer>();

  constructor(server: BareServer) {
    this.#server = server;
  }

  async createTransport(): Promise<TransportOptions> {
    const { router, webRtcServer } = this.#server;
    const transport = await router.createWebRtcTransport({ webRtcServer });
    this.#transports.set(transport.id, transport);
    const { id, iceParameters, iceCandidates, dtlsParameters } = transport;
    return { id, iceParameters, iceCandidates, dtlsParameters };
  }

  async connectTransport(transportId: string, dtlsParameters: DtlsParameters): Promise<void> {
    await this.#transport(transportId).connect({ dtlsParameters });
  }

  async produce(
    transportId: string,
    _source: Source,
    rtpParameters: RtpParameters,
  ): Promise<string> {
    const transport = this.#transport(transportId);
    return (
      await transport.produce({
        kind: 'video',
        rtpParameters: rtpParameters as types.RtpParameters,
      })
    ).id;
  }

  async consume(transportId: string, producerIds: readonly string[]): Promise<BotConsumer[]> {
    const transport = this.#transport(transportId);
    const rtpCapabilities = this.#server.botCapabilities;
    return Promise.all(
      producerIds.map(async (producerId) => {
        const consumer = await transport.consume({ producerId, rtpCapabilities, paused: true });
        this.#consumers.set(consumer.id, consumer);
        const ssrc = consumer.rtpParameters.encodings?.[0]?.ssrc ?? 0;
        return { id: consumer.id, producerId, ssrc };
      }),
    );
  }

  async resume(consumerIds: readonly string[]): Promise<void> {
    await Promise.all(consumerIds.map(async (id) => this.#consumers.get(id)?.resume()));
  }

  #transport(id: string): types.WebRtcTransport {
    const transport = this.#transports.get(id);
    if (!transport) throw new Error('no such transport');
    return transport;
  }
}
