import { Device, type types } from 'mediasoup-client';
import type { MediaKind, Source } from '../../protocol/meetings.ts';
import type { WebrtcConfig } from '../../protocol/notifications.ts';
import { MAX_BATCH, type ConsumerOptions } from '../../protocol/requests.ts';
import { Emitter } from '../api/Emitter.ts';
import { MediaTransport, type Request } from './MediaTransport.ts';
import { producerOptions, type Publication } from './Publication.ts';
import { collectStats, type MediaStats } from './stats.ts';

export interface RemoteTrack {
  producerId: string;
  participantId: string;
  kind: MediaKind;
  source: Source;
  track: MediaStreamTrack;
}

type MediaSessionEvents = {
  'track-added': [RemoteTrack];
  'track-removed': [producerId: string];
  /** Whether every transport has a path, or is about to have its first. */
  health: [healthy: boolean];
};

export interface Size {
  width: number;
  height: number;
}

interface Remote {
  consumer: types.Consumer;
  options: ConsumerOptions;
}

const VIEWS_DEBOUNCE_MS = 150;

/**
 * The media of one meeting: sends what is published, receives what the others publish, and builds
 * both anew when the server says that everything is gone, or when no path can be found.
 */
export class MediaSession extends Emitter<MediaSessionEvents> {
  readonly #request: Request;
  readonly #meetingId: string;
  readonly #device = new Device();
  readonly #publications = new Map<Source, Publication>();
  readonly #remotes = new Map<string, Remote>();
  /** Producers of the others that are to be received. */
  readonly #wanted = new Set<string>();
  readonly #views = new Map<string, Size>();
  #config: WebrtcConfig | null = null;
  #send: Promise<MediaTransport> | null = null;
  #recv: Promise<MediaTransport> | null = null;
  #consuming = false;
  #viewsTimer: ReturnType<typeof setTimeout> | undefined;
  /** Grows with every rebuild: what was begun before does not count. */
  #generation = 0;
  #closed = false;

  constructor(meetingId: string, request: Request) {
    super();
    this.#meetingId = meetingId;
    this.#request = request;
  }

  /** Begins to receive `producerIds` and to send what is published. */
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
    this.#views.delete(producerId);
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
    const { id: producerId } = producer;
    await this.#request('close-producer', { meetingId: this.#meetingId, producerId });
  }

  isPublished(source: Source): boolean {
    return this.#publications.has(source);
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
    const changed = new Map<string, Size>();
    for (const producerId of this.#views.keys()) {
      if (!views.has(producerId)) changed.set(producerId, { width: 0, height: 0 });
    }
    for (const [producerId, size] of views) changed.set(producerId, size);
    let first = false;
    for (const [producerId, size] of changed) {
      const before = this.#views.get(producerId);
      first ||= !before && size.width > 0;
      if (before?.width === size.width && before.height === size.height) changed.delete(producerId);
      else this.#views.set(producerId, size);
    }
    if (changed.size === 0) return;
    clearTimeout(this.#viewsTimer);
    // A tile that has just come must not wait; one that is being resized may.
    if (first) this.#sendViews();
    else this.#viewsTimer = setTimeout(() => this.#sendViews(), VIEWS_DEBOUNCE_MS);
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
    clearTimeout(this.#viewsTimer);
    this.#tearDown();
  }

  #rebuild(): void {
    if (this.#closed) return;
    this.#tearDown();
    this.#build();
  }

  #build(): void {
    this.#recv = this.#createTransport('recv');
    this.#send = this.#createTransport('send');
    void this.#consumeWanted();
    for (const publication of this.#publications.values()) {
      // Refused now means refused for good: the source is off, as the server's state will say.
      this.#produce(publication).catch(() => this.#publications.delete(publication.source));
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
      onState: () => void this.#tellHealth(),
    });
    // Whoever needs it hears of a failure; a meeting that loses its worker says so by itself.
    creating.catch(() => undefined);
    return creating;
  }

  async #produce(publication: Publication): Promise<void> {
    const sending = this.#send;
    if (!sending || !this.#config) return;
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
      answer.consumers.map(async (options) => {
        const { id, producerId, kind, rtpParameters } = options;
        const consumer = await transport.consume({
          id,
          producerId,
          kind,
          rtpParameters: rtpParameters as types.RtpParameters,
          // Sound and picture of one person play in step; a screen has its own clock.
          streamId: `${options.participantId}-${isScreen(options.source) ? 'screen' : 'person'}`,
        });
        return { consumer, options };
      }),
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
    this.#sendViews();
    const consumerIds = opened.map(({ options }) => options.id);
    if (consumerIds.length > 0) await this.#request('resume-consumers', { meetingId, consumerIds });
  }

  #drop(producerId: string): void {
    const remote = this.#remotes.get(producerId);
    if (!remote) return;
    this.#remotes.delete(producerId);
    remote.consumer.close();
    this.emit('track-removed', producerId);
  }

  /** All of them: the server keeps the last word on each, and a rebuilt transport knows none. */
  #sendViews(): void {
    const views = [...this.#views]
      .filter(([producerId]) => this.#remotes.has(producerId))
      .map(([producerId, { width, height }]) => ({ producerId, width, height }));
    for (let start = 0; start < views.length; start += MAX_BATCH) {
      const batch = views.slice(start, start + MAX_BATCH);
      this.#request('update-views', { meetingId: this.#meetingId, views: batch }).catch(
        () => undefined,
      );
    }
  }

  async #tellHealth(): Promise<void> {
    const transports = await Promise.allSettled([this.#send, this.#recv]);
    const healthy = transports.every(
      (transport) => transport.status === 'fulfilled' && (transport.value?.healthy ?? true),
    );
    if (!this.#closed) this.emit('health', healthy);
  }
}

function isScreen(source: Source): boolean {
  return source === 'screen' || source === 'screen-audio';
}
