import type { types } from 'mediasoup-client';
import type { ProducerView, Source } from '../../protocol/meetings.ts';
import type { WebrtcConfig } from '../../protocol/notifications.ts';
import { Emitter } from '../api/Emitter.ts';
import { isUnanswered } from '../api/RequestError.ts';
import { createGate, type Gate } from './createGate.ts';
import { createDevice } from './device.ts';
import { MediaTransport, type Request } from './MediaTransport.ts';
import { isForgotten, orphansOf, producerOptions, type Publication } from './Publication.ts';
import { Reception } from './Reception.ts';
import type { RemoteTrack } from './Remote.ts';
import { collectStats, type MediaStats } from './stats.ts';
import { StallWatch } from './StallWatch.ts';
import type { Size } from './ViewReport.ts';

type MediaSessionEvents = {
  'track-added': [RemoteTrack];
  'track-removed': [producerId: string];
  /** The server has a producer of this source now, as `paused` as it was asked for when that began. */
  published: [source: Source];
  health: [health: MediaHealth];
  /** Nothing flows, and the server was asked for a new path and has not answered. */
  unanswered: [];
  /** Nothing has come for a moment, although something should have. */
  suspicious: [];
};

/** Whether every transport has a path, or is about to have its first; else what is done about it. */
export type MediaHealth =
  | { is: 'well' }
  /** `path`: another is looked for; `rebuild`: everything is made anew. */
  | { is: 'lost'; step: 'path' | 'rebuild'; attempt: number };

/** What is sent is set up once something is received, or this late: side by side the first picture takes longer. */
const RECEIVE_FIRST_MS = 500;

/**
 * The media of one meeting: sends what is published, receives what the others publish, and builds
 * both anew when the server says that everything is gone, or when no path can be found.
 */
export class MediaSession extends Emitter<MediaSessionEvents> {
  readonly #request: Request;
  readonly #meetingId: string;
  readonly #device = createDevice();
  readonly #publications = new Map<Source, Publication>();
  readonly #reception: Reception;
  readonly #stallWatch: StallWatch;
  #config: WebrtcConfig | null = null;
  #send: Promise<MediaTransport> | null = null;
  #recv: Promise<MediaTransport> | null = null;
  /** Open when one's own may be sent, too. */
  #receiving: Gate | null = null;
  /** Grows with every rebuild: what was begun before does not count. */
  #generation = 0;
  /** Rebuilds since something flowed last. */
  #rebuilds = 0;
  #closed = false;

  constructor(meetingId: string, request: Request) {
    super();
    this.#meetingId = meetingId;
    this.#request = request;
    this.#reception = new Reception({
      meetingId,
      request,
      onTrackAdded: (track) => this.emit('track-added', track),
      onTrackRemoved: (producerId) => this.emit('track-removed', producerId),
    });
    this.#stallWatch = new StallWatch({
      transports: () => this.#transports(),
      onSuspicion: () => this.emit('suspicious'),
    });
  }

  /** Begins to receive `producerIds` and to send what is published: settles with the server asked for the first. */
  async start(config: WebrtcConfig, producerIds: readonly string[]): Promise<void> {
    this.#config = config;
    this.#reception.receive(new Set(producerIds));
    if (!this.#device.loaded) {
      await this.#device.load({
        routerRtpCapabilities: config.routerRtpCapabilities as types.RtpCapabilities,
      });
    }
    if (this.#closed) return;
    this.#build();
  }

  /** Everything on the server is gone: new transports, the same tracks, the same views. */
  reset(config: WebrtcConfig): void {
    this.#config = config;
    this.#reception.forgetWanted();
    this.#rebuild();
  }

  add(producerId: string): void {
    this.#reception.add(producerId);
  }

  /** Receives exactly these from now on. */
  receive(producerIds: ReadonlySet<string>): void {
    this.#reception.receive(producerIds);
  }

  remove(producerId: string): void {
    this.#reception.remove(producerId);
  }

  /** The server has closed consumers that were not resumed in time: asks for them again. */
  handleConsumersClosed(consumerIds: readonly string[]): void {
    this.#reception.handleConsumersClosed(consumerIds);
  }

  /**
   * Sends a track, in place of what the source sent before.
   * @throws RequestError when the server refuses
   */
  async publish(source: Source, track: MediaStreamTrack, paused = false): Promise<void> {
    await this.unpublish(source);
    const publication: Publication = { source, track, paused, producer: null };
    this.#publications.set(source, publication);
    try {
      await this.#produce(publication);
    } catch (error) {
      if (this.#publications.get(source) === publication) this.#publications.delete(source);
      throw error;
    }
  }

  async unpublish(source: Source): Promise<void> {
    const publication = this.#publications.get(source);
    if (!publication) return;
    this.#publications.delete(source);
    const { producer } = publication;
    if (!producer || producer.closed) return;
    producer.close();
    try {
      await this.#closeOnServer(producer.id);
    } catch (error) {
      // Packets have stopped; `recover` closes what the server still has.
      if (!isUnanswered(error)) throw error;
    }
  }

  isPublished(source: Source): boolean {
    return this.#publications.has(source);
  }

  /** Whether the server has it, too. */
  isSending(source: Source): boolean {
    return Boolean(this.#publications.get(source)?.producer);
  }

  /** Another device for the same source; the others notice nothing. */
  async replaceTrack(source: Source, track: MediaStreamTrack): Promise<void> {
    const publication = this.#publications.get(source);
    if (!publication) return;
    publication.track = track;
    await publication.producer?.replaceTrack({ track });
  }

  /** Stops or lets go on the packets of a source; the server is told by whoever asks. */
  setPaused(source: Source, paused: boolean): void {
    const publication = this.#publications.get(source);
    if (!publication) return;
    publication.paused = paused;
    if (paused) publication.producer?.pause();
    else publication.producer?.resume();
  }

  /** What of the others' video is seen, in physical pixels; those left out are not seen. */
  setViews(views: ReadonlyMap<string, Size>): void {
    this.#reception.setViews(views);
  }

  /** Stops encoding the layers that nobody receives; −1: all of them. */
  async limitLayers(producerId: string, maxSpatialLayer: number): Promise<void> {
    for (const { producer } of this.#publications.values()) {
      if (producer?.id !== producerId || producer.closed) continue;
      await producer.setMaxSpatialLayer(maxSpatialLayer);
    }
  }

  /** The network may be another one: finds out soon whether anything still flows. */
  expectChange(): void {
    this.#stallWatch.expectChange();
  }

  /** Looks for a new path at once, without asking whether that is due. */
  async repairNow(): Promise<void> {
    const { send, recv } = await this.#transports();
    send?.repairNow();
    recv?.repairNow();
  }

  /**
   * Signaling is back: puts right what went wrong while nobody could be asked.
   * @param own what the server has of one's own producers
   */
  async recover(own: readonly ProducerView[]): Promise<void> {
    const generation = this.#generation;
    if (isForgotten(this.#publications, own)) {
      this.#buildAnew();
      return;
    }
    for (const id of orphansOf(this.#publications, own)) {
      this.#closeOnServer(id).catch(() => undefined);
    }
    const transports = await Promise.allSettled([this.#send, this.#recv]);
    if (generation !== this.#generation || this.#closed) return;
    if (transports.some(({ status }) => status === 'rejected')) {
      this.#buildAnew();
      return;
    }
    for (const transport of transports) {
      if (transport.status === 'fulfilled') void transport.value?.repair();
    }
    await this.#reception.recover();
  }

  stats(): Promise<MediaStats> {
    return collectStats({
      send: this.#send,
      recv: this.#recv,
      publications: [...this.#publications.values()],
      remotes: this.#reception.remotes,
    });
  }

  close(): void {
    this.#closed = true;
    this.#stallWatch.close();
    this.#tearDown();
    this.#reception.close();
  }

  /** No path was found, or the server does not know what is sent: tells that it begins anew. */
  #buildAnew(): void {
    this.#rebuilds += 1;
    this.emit('health', { is: 'lost', step: 'rebuild', attempt: this.#rebuilds });
    this.#rebuild();
  }

  #rebuild(): void {
    if (this.#closed) return;
    this.#tearDown();
    this.#build();
  }

  #build(): void {
    const receiving = (this.#receiving = createGate(RECEIVE_FIRST_MS));
    const generation = this.#generation;
    this.#recv = this.#createTransport('recv');
    this.#send = receiving.opened.then(() => {
      if (generation !== this.#generation) throw new Error('built anew meanwhile');
      return this.#createTransport('send');
    });
    void this.#reception.begin(this.#recv).finally(() => {
      if (this.#reception.remotes.length === 0) receiving.open();
    });
    for (const publication of this.#publications.values()) {
      this.#produce(publication).catch((error: unknown) => {
        // Refused means off, as the server's state will say; what got no answer is built anew.
        if (!isUnanswered(error)) this.#publications.delete(publication.source);
      });
    }
  }

  #tearDown(): void {
    this.#generation += 1;
    for (const transport of [this.#send, this.#recv]) {
      transport?.then(
        (built) => built.close(),
        () => undefined,
      );
    }
    this.#send = null;
    this.#recv = null;
    for (const publication of this.#publications.values()) publication.producer = null;
    this.#reception.stop();
  }

  #createTransport(direction: 'send' | 'recv'): Promise<MediaTransport> {
    if (!this.#config) throw new Error('not started');
    const generation = this.#generation;
    const creating = MediaTransport.create(direction, {
      device: this.#device,
      request: this.#request,
      meetingId: this.#meetingId,
      config: this.#config,
      onBroken: () => {
        if (generation === this.#generation) this.#buildAnew();
      },
      onState: (state) => {
        if (direction === 'recv' && state === 'connected') this.#receiving?.open();
        if (state === 'connected') this.#rebuilds = 0;
        void this.#tellHealth();
      },
      onUnanswered: () => {
        if (generation === this.#generation) this.emit('unanswered');
      },
    });
    // Whoever needs it hears of a failure; a meeting that loses its worker says so by itself.
    void creating.catch(() => undefined).then(() => this.#tellHealth());
    return creating;
  }

  #closeOnServer(producerId: string): Promise<unknown> {
    return this.#request('close-producer', { meetingId: this.#meetingId, producerId });
  }

  async #produce(publication: Publication): Promise<void> {
    const sending = this.#send;
    if (!sending) return;
    try {
      await this.#produceOn(sending, publication);
    } catch (error) {
      // Built anew meanwhile, which sends it again.
      if (sending === this.#send) throw error;
    }
  }

  async #produceOn(sending: Promise<MediaTransport>, publication: Publication): Promise<void> {
    if (!this.#config) return;
    const { transport } = await sending;
    if (sending !== this.#send || transport.closed) return;
    const producer = await transport.produce(
      producerOptions(
        publication,
        this.#config.publish,
        this.#device.sendRtpCapabilities.codecs ?? [],
      ),
    );
    const current = this.#publications.get(publication.source) === publication;
    if (!current || sending !== this.#send) {
      producer.close();
      return;
    }
    publication.producer = producer;
    if (producer.track !== publication.track) {
      await producer.replaceTrack({ track: publication.track });
    }
    if (publication.paused) producer.pause();
    this.emit('published', publication.source);
  }

  /** Without anything to send or receive no transport connects. */
  get #hasAnything(): boolean {
    return this.#publications.size > 0 || this.#reception.wantsAnything;
  }

  /** Those that there are: none that could not be made. */
  async #transports(): Promise<{ send: MediaTransport | null; recv: MediaTransport | null }> {
    const made = (transport: Promise<MediaTransport> | null) =>
      transport?.catch(() => null) ?? Promise.resolve(null);
    const [send, recv] = await Promise.all([made(this.#send), made(this.#recv)]);
    return { send, recv };
  }

  async #tellHealth(): Promise<void> {
    const generation = this.#generation;
    const transports = await Promise.allSettled([this.#send, this.#recv]);
    if (this.#closed || generation !== this.#generation) return;
    const made = transports.map((one) => (one.status === 'fulfilled' ? one.value : null));
    const failed = transports.some(({ status }) => status === 'rejected');
    const lost = made.some((transport) => transport && !transport.healthy);
    const restarts = Math.max(...made.map((transport) => transport?.restarts ?? 0));
    if (lost) this.emit('health', { is: 'lost', step: 'path', attempt: Math.max(1, restarts) });
    else if (failed || (this.#rebuilds > 0 && this.#hasAnything)) {
      this.emit('health', { is: 'lost', step: 'rebuild', attempt: Math.max(1, this.#rebuilds) });
    } else this.emit('health', { is: 'well' });
  }
}
