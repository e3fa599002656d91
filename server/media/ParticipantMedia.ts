import { isIPv6 } from 'node:net';
import type { types } from 'mediasoup';
import type { DtlsParameters, RtpCapabilities, TransportOptions } from '../../protocol/rtp.ts';
import { AppError } from '../core/AppError.ts';
import { Mailbox } from '../core/Mailbox.ts';
import { assertMayProduce } from './assertMayProduce.ts';
import { ConsumerEntry } from './ConsumerEntry.ts';
import { layersOf, type LayerSet } from './layers.ts';
import { limitIncoming } from './limitIncoming.ts';
import { mapMediasoupErrors } from './mediasoupErrors.ts';
import type { ParticipantInventory } from './MediaExecutor.ts';
import type {
  ConsumeResult,
  ConsumerDescription,
  FeedAddress,
  PictureSize,
  ProduceRequest,
  TransportRequest,
  ViewRequest,
} from './MediaCommands.ts';
import { OpenTransports } from './OpenTransports.ts';
import { ProducerEntry } from './ProducerEntry.ts';

export interface ParticipantMediaOptions {
  initialOutgoingBitrate: number;
  /** Most that a participant may send, bits per second. */
  maxIncomingBitrate: number;
  /** Most that a participant is sent, bits per second; 0: as much as its connection takes. */
  maxOutgoingBitrate: number;
  /** A consumer that its client has not resumed for this long is closed. */
  consumerStaleMs: number;
}

/** What a participant's media needs of its meeting's router. */
export interface RouterAccess {
  readonly router: types.Router;
  readonly webRtcServer: types.WebRtcServer;
  findProducer(producerId: string): ProducerEntry | undefined;
  addProducer(entry: ProducerEntry): Promise<void>;
  addLoad(packetsPerSecond: number): void;
  onLayersWanted(participantId: string, producerId: string, maxSpatialLayer: number): void;
  onConsumerLayers(
    participantId: string,
    consumerId: string,
    layers: types.ConsumerLayers | undefined,
  ): void;
  onConsumersStale(participantId: string, consumerIds: string[]): void;
}

/** Transports, producers and consumers of one participant. Closes with its router. */
export class ParticipantMedia {
  readonly participantId: string;
  readonly #access: RouterAccess;
  readonly #options: ParticipantMediaOptions;
  // What a participant sends and what it receives do not wait for each other.
  readonly #lanes = { send: new Mailbox(), recv: new Mailbox() };
  readonly #transports = new OpenTransports();
  #isFeed = false;
  readonly #producers = new Map<string, ProducerEntry>();
  readonly #consumers = new Map<string, ConsumerEntry>();
  readonly #consumersByProducer = new Map<string, ConsumerEntry>();
  readonly #views = new Map<string, PictureSize>();
  readonly #staleTimers = new Set<NodeJS.Timeout>();
  #rtpCapabilities: RtpCapabilities | undefined;
  #moveId = 0;
  #closed = false;

  constructor(participantId: string, access: RouterAccess, options: ParticipantMediaOptions) {
    this.participantId = participantId;
    this.#access = access;
    this.#options = options;
  }

  get producers(): ReadonlyMap<string, ProducerEntry> {
    return this.#producers;
  }

  get consumers(): ReadonlyMap<string, ConsumerEntry> {
    return this.#consumers;
  }

  /** Whether it is no client that receives, but a program beside the worker. */
  get isFeed(): boolean {
    return this.#isFeed;
  }

  /** Closes both transports and with them every producer and consumer. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#lanes.send.close();
    this.#lanes.recv.close();
    for (const timer of this.#staleTimers) clearTimeout(timer);
    this.#transports.close();
  }

  /** @param moveId of the participant's moves the one that brought them here */
  createTransport(request: TransportRequest, moveId: number): Promise<TransportOptions> {
    const { direction } = request;
    this.#moveId = moveId;
    return this.#inLane(direction, async () => {
      const transport = await this.#access.router.createWebRtcTransport({
        webRtcServer: this.#access.webRtcServer,
        enableUdp: true,
        enableTcp: true,
        preferUdp: true,
        initialAvailableOutgoingBitrate: this.#options.initialOutgoingBitrate,
        appData: { participantId: this.participantId, direction },
      });
      if (request.direction === 'recv') this.#rtpCapabilities = request.rtpCapabilities;
      this.#transports.put(direction, { transport, connected: null });
      await this.#limit(transport, direction);
      return {
        id: transport.id,
        iceParameters: transport.iceParameters,
        iceCandidates: transport.iceCandidates,
        dtlsParameters: transport.dtlsParameters,
      };
    });
  }

  /** Replaces the one that it receives with, by one that sends plain RTP to an address of this machine. */
  openFeed({ ip, port, rtpCapabilities }: FeedAddress & { rtpCapabilities: RtpCapabilities }) {
    return this.#inLane('recv', async () => {
      const transport = await this.#access.router.createPlainTransport({
        listenInfo: { protocol: 'udp', ip: isIPv6(ip) ? '::1' : '127.0.0.1' },
        rtcpMux: true,
        comedia: false,
      });
      this.#isFeed = true;
      this.#rtpCapabilities = rtpCapabilities;
      this.#transports.put('recv', { transport, connected: transport.connect({ ip, port }) });
      await this.#transports.get('recv')?.connected;
      return { transportId: transport.id };
    });
  }

  /** Asks the publishers of these consumers for key frames. */
  requestKeyFrames(consumerIds: readonly string[]): Promise<void> {
    return this.#inLane('recv', async () => {
      const consumers = consumerIds.flatMap((id) => this.#consumers.get(id)?.consumer ?? []);
      await Promise.all(
        consumers.filter(({ kind }) => kind === 'video').map((one) => one.requestKeyFrame()),
      );
    });
  }

  connectTransport(transportId: string, dtlsParameters: DtlsParameters): Promise<void> {
    const open = this.#transports.webRtc(transportId);
    open.connected ??= mapMediasoupErrors(() => open.transport.connect({ dtlsParameters }));
    return open.connected;
  }

  restartIce(transportId: string): Promise<types.IceParameters> {
    const { transport } = this.#transports.webRtc(transportId);
    return mapMediasoupErrors(() => transport.restartIce());
  }

  /** @param keyFrameIntervalMs at least so long between two requests for a key frame; 0: whenever one is needed */
  produce(
    request: ProduceRequest,
    keyFrameIntervalMs: number,
  ): Promise<{ producerId: string; layers: LayerSet | null }> {
    return this.#inLane('send', async () => {
      const transport = this.#transports.of('send', request.transportId);
      const { requestId = null, size } = request;
      const standing = [...this.#producers.values()];
      const same = standing.find(
        (entry) => entry.requestId !== null && entry.requestId === requestId,
      );
      // The owner that asked for it was lost before it answered, and the next one asks again.
      if (same) return { producerId: same.producer.id, layers: same.layers };
      assertMayProduce(request, standing);
      const producer = await transport.produce({
        kind: request.kind,
        rtpParameters: request.rtpParameters as types.RtpParameters,
        paused: request.paused,
        keyFrameRequestDelay: keyFrameIntervalMs,
      });
      const layers = size && layersOf(producer.rtpParameters.encodings ?? [], size);
      const entry = new ProducerEntry(
        producer,
        { participantId: this.participantId, source: request.source, layers, requestId },
        (layer) => this.#access.onLayersWanted(this.participantId, producer.id, layer),
      );
      this.#producers.set(producer.id, entry);
      producer.observer.once('close', () => this.#producers.delete(producer.id));
      await this.#access.addProducer(entry);
      if (producer.closed) throw new AppError('INVALID_STATE');
      return { producerId: producer.id, layers };
    });
  }

  setProducerPaused(producerId: string, paused: boolean): Promise<void> {
    return this.#inLane('send', async () => {
      const entry = this.#producers.get(producerId);
      if (!entry) throw new AppError('INVALID_STATE');
      if (paused) await entry.producer.pause();
      else await entry.producer.resume();
    });
  }

  closeProducer(producerId: string): Promise<void> {
    return this.#inLane('send', () => {
      this.#producers.get(producerId)?.producer.close();
    });
  }

  /** One batch for any number of producers: a join's cost in round trips does not grow with the room. */
  consume(transportId: string, producerIds: readonly string[]): Promise<ConsumeResult> {
    return this.#inLane('recv', async () => {
      const transport = this.#transports.of('recv', transportId);
      const refused: ConsumeResult['refused'] = [];
      const wanted: ProducerEntry[] = [];
      for (const producerId of new Set(producerIds)) {
        const source = this.#access.findProducer(producerId);
        if (!source) refused.push({ producerId, reason: 'gone' });
        else if (source.participantId === this.participantId)
          refused.push({ producerId, reason: 'own' });
        else if (!this.#canConsume(source)) refused.push({ producerId, reason: 'cannot-consume' });
        else wanted.push(source);
      }
      const entries = await Promise.all(
        wanted.map(
          async (source) =>
            this.#consumersByProducer.get(source.producer.id) ??
            (await this.#consume(transport, source)),
        ),
      );
      this.#expectResume(entries);
      return { consumers: entries.map(describe), refused };
    });
  }

  resumeConsumers(consumerIds: readonly string[]): Promise<{ resumed: string[]; gone: string[] }> {
    return this.#inLane('recv', async () => {
      const entries = consumerIds.map((consumerId) => this.#consumers.get(consumerId));
      await Promise.all(entries.map(async (entry) => entry?.resume()));
      const alive = (consumerId: string): boolean => this.#consumers.has(consumerId);
      return {
        resumed: consumerIds.filter(alive),
        gone: consumerIds.filter((consumerId) => !alive(consumerId)),
      };
    });
  }

  /** Takes over what is shown, also of producers that are not consumed yet. */
  updateViews(views: readonly ViewRequest[]): Promise<void> {
    return this.#inLane('recv', async () => {
      await Promise.all(
        views.map(async ({ producerId, width, height }) => {
          const source = this.#access.findProducer(producerId);
          if (!source) return;
          this.#views.set(producerId, { width, height });
          await this.#consumersByProducer.get(producerId)?.show({ width, height });
        }),
      );
    });
  }

  /** A producer of somebody else is gone: what was said of its tile means nothing now. */
  forgetProducer(producerId: string): void {
    this.#views.delete(producerId);
  }

  /** Everything that exists of it, as plain data. */
  describe(): ParticipantInventory {
    const [send, recv] = [this.#transports.get('send'), this.#transports.get('recv')];
    return {
      participantId: this.participantId,
      moveId: this.#moveId,
      transports: {
        ...(send && { send: send.transport.id }),
        ...(recv && { recv: recv.transport.id }),
      },
      producers: [...this.#producers.values()].map((entry) => ({
        producerId: entry.producer.id,
        requestId: entry.requestId,
        kind: entry.producer.kind,
        source: entry.source,
        paused: entry.producer.paused,
        layers: entry.layers,
        maxSpatialLayer: entry.maxSpatialLayer,
      })),
      consumers: [...this.#consumers.values()].map(({ consumer }) => ({
        consumerId: consumer.id,
        producerId: consumer.producerId,
      })),
    };
  }

  #inLane<T>(direction: 'send' | 'recv', task: () => Promise<T> | T): Promise<T> {
    return this.#lanes[direction].post(() =>
      mapMediasoupErrors(async () => {
        const outcome = await task();
        if (this.#closed) throw new AppError('INVALID_STATE');
        return outcome;
      }),
    );
  }

  async #limit(transport: types.WebRtcTransport, direction: 'send' | 'recv'): Promise<void> {
    if (direction === 'send') {
      limitIncoming(transport, this.#options.maxIncomingBitrate);
    } else if (this.#options.maxOutgoingBitrate > 0) {
      await transport.setMaxOutgoingBitrate(this.#options.maxOutgoingBitrate);
    }
  }

  #canConsume(source: ProducerEntry): boolean {
    return (
      this.#rtpCapabilities !== undefined &&
      this.#access.router.canConsume({
        producerId: source.producer.id,
        rtpCapabilities: this.#rtpCapabilities as types.RtpCapabilities,
      })
    );
  }

  async #consume(transport: types.Transport, source: ProducerEntry): Promise<ConsumerEntry> {
    const producerId = source.producer.id;
    const view = this.#views.get(producerId);
    const preferredLayers = ConsumerEntry.initialLayers(source, view);
    const consumer = await transport.consume({
      producerId,
      rtpCapabilities: this.#rtpCapabilities as types.RtpCapabilities,
      paused: true,
      ...(preferredLayers && { preferredLayers }),
    });
    const entry = new ConsumerEntry(consumer, source, view, (load) => this.#access.addLoad(load));
    this.#consumers.set(consumer.id, entry);
    this.#consumersByProducer.set(producerId, entry);
    consumer.observer.once('close', () => {
      this.#consumers.delete(consumer.id);
      this.#consumersByProducer.delete(producerId);
    });
    consumer.on('layerschange', (layers) =>
      this.#access.onConsumerLayers(this.participantId, consumer.id, layers),
    );
    return entry;
  }

  /**
   * A lost acknowledgement leaves a consumer that its client does not know of, paused for ever.
   * Those that are not resumed in time are closed and named, so that the client asks again.
   */
  #expectResume(entries: readonly ConsumerEntry[]): void {
    if (entries.every((entry) => entry.ready)) return;
    const timer = setTimeout(() => {
      this.#staleTimers.delete(timer);
      const stale = entries.filter((entry) => !entry.ready && !entry.consumer.closed);
      if (stale.length === 0) return;
      for (const entry of stale) entry.consumer.close();
      this.#access.onConsumersStale(
        this.participantId,
        stale.map((entry) => entry.consumer.id),
      );
    }, this.#options.consumerStaleMs);
    this.#staleTimers.add(timer);
  }
}

function describe({ consumer, source }: ConsumerEntry): ConsumerDescription {
  return {
    id: consumer.id,
    producerId: consumer.producerId,
    participantId: source.participantId,
    kind: consumer.kind,
    source: source.source,
    // Only consumers that pipe a producer to another router have the fourth type.
    type: consumer.type === 'pipe' ? 'simple' : consumer.type,
    rtpParameters: consumer.rtpParameters as ConsumerDescription['rtpParameters'],
    producerPaused: consumer.producerPaused,
  };
}
