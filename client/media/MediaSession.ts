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
import type { Size } from './ViewReport.ts';

type MediaSessionEvents = {
  'track-added': [RemoteTrack];
  'track-removed': [producerId: string];
  /** The server has a producer of this source now, as `paused` as it was asked for when that began. */
  published: [source: Source];
  /** Whether every transport has a path, or is about to have its first. */
  health: [healthy: boolean];
};

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
  #config: WebrtcConfig | null = null;
  #send: Promise<MediaTransport> | null = null;
  #recv: Promise<MediaTransport> | null = null;
  /** Open when one's own may be sent, too. */
  #receiving: Gate | null = null;
  /** Grows with every rebuild: what was begun before does not count. */
  #generation = 0;
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

  /** Looks for a new path at once, as after a change of network. */
  async restartIce(): Promise<void> {
    const transports = await Promise.allSettled([this.#send, this.#recv]);
    const restarts = transports.map(async (transport) => {
      if (transport.status === 'fulfilled') await transport.value?.restartIce();
    });
    await Promise.allSettled(restarts);
  }

  /**
   * Signaling is back: puts right what went wrong while nobody could be asked.
   * @param own what the server has of one's own producers
   */
  async recover(own: readonly ProducerView[]): Promise<void> {
    const generation = this.#generation;
    if (isForgotten(this.#publications, own)) {
      this.#rebuild();
      return;
    }
    for (const id of orphansOf(this.#publications, own)) {
      this.#closeOnServer(id).catch(() => undefined);
    }
    const transports = await Promise.allSettled([this.#send, this.#recv]);
    if (generation !== this.#generation || this.#closed) return;
    if (transports.some(({ status }) => status === 'rejected')) {
      this.#rebuild();
      return;
    }
    for (const transport of transports) {
      if (transport.status === 'fulfilled') void transport.value?.repair();
    }
    await this.#reception.resumeAll();
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
    this.#tearDown();
    this.#reception.close();
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
        if (generation === this.#generation) this.#rebuild();
      },
      onState: (state) => {
        if (direction === 'recv' && state === 'connected') this.#receiving?.open();
        void this.#tellHealth();
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

  async #tellHealth(): Promise<void> {
    const transports = await Promise.allSettled([this.#send, this.#recv]);
    const healthy = transports.every(
      (transport) => transport.status === 'fulfilled' && (transport.value?.healthy ?? true),
    );
    if (!this.#closed) this.emit('health', healthy);
  }
}
