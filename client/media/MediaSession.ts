import type { types } from 'mediasoup-client';
import type { ProducerView, Source } from '../../protocol/meetings.ts';
import type { WebrtcConfig } from '../../protocol/notifications.ts';
import { MAX_BATCH } from '../../protocol/requests.ts';
import { Emitter } from '../api/Emitter.ts';
import { isUnanswered } from '../api/RequestError.ts';
import { createGate, type Gate } from './createGate.ts';
import { createDevice } from './device.ts';
import { MediaTransport, type Request } from './MediaTransport.ts';
import { isForgotten, orphansOf, producerOptions, type Publication } from './Publication.ts';
import { openRemote, type Remote, type RemoteTrack } from './Remote.ts';
import { collectStats, type MediaStats } from './stats.ts';
import { ViewReport, type Size } from './ViewReport.ts';

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
  readonly #remotes = new Map<string, Remote>();
  /** Producers of the others that are to be received. */
  readonly #wanted = new Set<string>();
  readonly #views: ViewReport;
  #config: WebrtcConfig | null = null;
  #send: Promise<MediaTransport> | null = null;
  #recv: Promise<MediaTransport> | null = null;
  #consuming = false;
  /** Open when one's own may be sent, too. */
  #receiving: Gate | null = null;
  /** Grows with every rebuild: what was begun before does not count. */
  #generation = 0;
  #closed = false;

  constructor(meetingId: string, request: Request) {
    super();
    this.#meetingId = meetingId;
    this.#request = request;
    this.#views = new ViewReport(
      (producerId) => this.#remotes.has(producerId),
      (views) => void request('update-views', { meetingId, views }).catch(() => undefined),
    );
  }

  /** Begins to receive `producerIds` and to send what is published: settles with the server asked for the first. */
  async start(config: WebrtcConfig, producerIds: readonly string[]): Promise<void> {
    this.#config = config;
    for (const id of producerIds) this.#wanted.add(id);
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
    this.#wanted.clear();
    this.#rebuild();
  }

  add(producerId: string): void {
    this.#wanted.add(producerId);
    void this.#consumeWanted();
  }

  /** Receives exactly these from now on. */
  receive(producerIds: ReadonlySet<string>): void {
    for (const id of [...this.#wanted]) if (!producerIds.has(id)) this.remove(id);
    for (const id of producerIds) this.#wanted.add(id);
    void this.#consumeWanted();
  }

  remove(producerId: string): void {
    this.#wanted.delete(producerId);
    this.#views.forget(producerId);
    this.#drop(producerId);
  }

  /** The server has closed consumers that were not resumed in time: asks for them again. */
  handleConsumersClosed(consumerIds: readonly string[]): void {
    for (const [producerId, { options }] of this.#remotes) {
      if (consumerIds.includes(options.id)) this.#drop(producerId);
    }
    void this.#consumeWanted();
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
    this.#views.set(views);
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
    const consumerIds = [...this.#remotes.values()].map(({ options }) => options.id);
    await this.#resume(consumerIds).catch(() => undefined);
  }

  stats(): Promise<MediaStats> {
    return collectStats({
      send: this.#send,
      recv: this.#recv,
      publications: [...this.#publications.values()],
      remotes: [...this.#remotes.values()],
    });
  }

  close(): void {
    this.#closed = true;
    this.#views.close();
    this.#tearDown();
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
    void this.#consumeWanted().finally(() => {
      if (this.#remotes.size === 0) receiving.open();
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
    this.#consuming = false;
    for (const publication of this.#publications.values()) publication.producer = null;
    for (const producerId of [...this.#remotes.keys()]) this.#drop(producerId);
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

  /** One request for everything that is wanted and not there, then one to let it flow. */
  async #consumeWanted(): Promise<void> {
    if (this.#consuming || !this.#recv) return;
    const generation = this.#generation;
    this.#consuming = true;
    try {
      const { transport } = await this.#recv;
      for (;;) {
        const missing = [...this.#wanted].filter((id) => !this.#remotes.has(id));
        if (missing.length === 0 || generation !== this.#generation) break;
        await this.#consume(transport, missing.slice(0, MAX_BATCH), generation);
      }
    } catch {
      // Signaling was lost in between: a resumed place begins anew with `add` or `reset`.
    } finally {
      if (generation === this.#generation) this.#consuming = false;
    }
  }

  async #consume(
    transport: types.Transport,
    producerIds: string[],
    generation: number,
  ): Promise<void> {
    const meetingId = this.#meetingId;
    const answer = await this.#request('consume', {
      meetingId,
      transportId: transport.id,
      producerIds,
    });
    for (const { producerId } of answer.refused) this.#wanted.delete(producerId);
    const opened = await Promise.all(
      answer.consumers.map((options) => openRemote(transport, options)),
    );
    if (generation !== this.#generation) return;
    for (const remote of opened) {
      const { producerId, participantId, kind, source } = remote.options;
      if (!this.#wanted.has(producerId)) {
        remote.consumer.close();
        continue;
      }
      this.#remotes.set(producerId, remote);
      const { track } = remote.consumer;
      this.emit('track-added', { producerId, participantId, kind, source, track });
    }
    this.#views.sendAll();
    const consumerIds = opened.map(({ options }) => options.id);
    await this.#resume(consumerIds);
  }

  /** Lets consumers flow, or asks anew for those that the server has given up. */
  async #resume(consumerIds: readonly string[]): Promise<void> {
    const { length } = consumerIds;
    for (let start = 0; start < length; start += MAX_BATCH) {
      const { gone } = await this.#request('resume-consumers', {
        meetingId: this.#meetingId,
        consumerIds: consumerIds.slice(start, start + MAX_BATCH),
      });
      if (gone.length > 0) this.handleConsumersClosed(gone);
    }
  }

  #drop(producerId: string): void {
    const remote = this.#remotes.get(producerId);
    if (!remote) return;
    this.#remotes.delete(producerId);
    remote.consumer.close();
    this.emit('track-removed', producerId);
  }

  async #tellHealth(): Promise<void> {
    const transports = await Promise.allSettled([this.#send, this.#recv]);
    const healthy = transports.every(
      (transport) => transport.status === 'fulfilled' && (transport.value?.healthy ?? true),
    );
    if (!this.#closed) this.emit('health', healthy);
  }
}
