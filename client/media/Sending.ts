import type { types } from 'mediasoup-client';
import type { ProducerView, Source } from '../../protocol/meetings.ts';
import type { PublishOptions } from '../../protocol/notifications.ts';
import { isUnanswered } from '../api/RequestError.ts';
import { LayerLimits } from './LayerLimits.ts';
import type { MediaTransport } from './MediaTransport.ts';
import { isForgotten, orphansOf, producerOptions, type Publication } from './Publication.ts';

interface SendingDeps {
  device: types.Device;
  closeOnServer: (producerId: string) => Promise<unknown>;
  /** The server has a producer of this source now. */
  onPublished: (source: Source) => void;
}

/** What is sent: what is published, by the transport of the moment. */
export class Sending {
  readonly #deps: SendingDeps;
  readonly #publications = new Map<Source, Publication>();
  /** Null between two of them. What was begun for one before the present does not count. */
  #transport: Promise<MediaTransport> | null = null;
  #options: PublishOptions | null = null;
  /** By which the same is sent once more, while it moves. */
  #beside: ReadonlyMap<Publication, types.Producer> = new Map();
  /** Producers of which nobody receives anything. */
  readonly #unseen = new Set<string>();
  readonly #limits = new LayerLimits();
  #onUnseen: () => void = () => undefined;

  constructor(deps: SendingDeps) {
    this.#deps = deps;
  }

  get publications(): readonly Publication[] {
    return [...this.#publications.values()];
  }

  /** What the server has of it. */
  get producers(): Map<Publication, types.Producer> {
    return new Map(
      this.publications.flatMap((one) => (one.producer ? [[one, one.producer] as const] : [])),
    );
  }

  /** Sends what is published by this transport. */
  begin(transport: Promise<MediaTransport>, options: PublishOptions): void {
    this.#transport = transport;
    this.#options = options;
    this.sendMissing();
  }

  /** The transport is gone; what is published stays published. */
  stop(): void {
    this.#transport = null;
    for (const publication of this.#publications.values()) publication.producer = null;
  }

  /** Goes on by that transport, which has these producers already. */
  use(
    transport: Promise<MediaTransport>,
    producers: ReadonlyMap<Publication, types.Producer>,
  ): void {
    this.#transport = transport;
    for (const publication of this.#publications.values()) {
      publication.producer = producers.get(publication) ?? null;
    }
  }

  /** What happens to what is sent happens to these, too. */
  setBeside(producers: ReadonlyMap<Publication, types.Producer>): void {
    this.#beside = producers;
  }

  /** Sends what is not sent yet. */
  sendMissing(): void {
    for (const publication of this.#publications.values()) {
      if (publication.producer) continue;
      this.#produce(publication).catch((error: unknown) => {
        // Refused means off, as the server's state will say; what got no answer is built anew.
        if (!isUnanswered(error)) this.#publications.delete(publication.source);
      });
    }
  }

  /** See MediaSession. */
  async publish(source: Source, track: MediaStreamTrack, paused: boolean): Promise<void> {
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
    try {
      await Promise.all(
        this.#producersOf(publication).map(async (producer) => {
          producer.close();
          await this.#deps.closeOnServer(producer.id);
        }),
      );
    } catch (error) {
      // Packets have stopped; what the server still has is closed when it can be told again.
      if (!isUnanswered(error)) throw error;
    }
  }

  find(source: Source): Publication | undefined {
    return this.#publications.get(source);
  }

  async replaceTrack(source: Source, track: MediaStreamTrack): Promise<void> {
    const publication = this.#publications.get(source);
    if (!publication) return;
    publication.track = track;
    await Promise.all(this.#producersOf(publication).map((one) => one.replaceTrack({ track })));
  }

  setPaused(source: Source, paused: boolean): void {
    const publication = this.#publications.get(source);
    if (!publication) return;
    publication.paused = paused;
    for (const producer of this.#producersOf(publication)) {
      if (paused) producer.pause();
      else producer.resume();
    }
  }

  async limitLayers(producerId: string, maxSpatialLayer: number): Promise<void> {
    if (maxSpatialLayer < 0) this.#unseen.add(producerId);
    else this.#unseen.delete(producerId);
    this.#onUnseen();
    for (const publication of this.#publications.values()) {
      const producer = this.#producersOf(publication).find(({ id }) => id === producerId);
      if (producer) await this.#limits.limit(producer, maxSpatialLayer);
    }
  }

  /** Settles when nobody receives pictures by the producers of now. */
  untilUnseen(): Promise<void> {
    return new Promise((resolve) => {
      this.#onUnseen = () => {
        const seen = [...this.producers.values()].filter(({ kind, closed, paused, id }) => {
          return kind === 'video' && !closed && !paused && !this.#unseen.has(id);
        });
        if (seen.length === 0) resolve();
      };
      this.#onUnseen();
    });
  }

  /** Whether the server has lost what is sent here. @param own what it has of one's own producers */
  isForgotten(own: readonly ProducerView[]): boolean {
    return isForgotten(this.#publications, own);
  }

  /** Closes what the server still has of what was stopped. @param own what it has of one's own producers */
  closeOrphans(own: readonly ProducerView[]): void {
    for (const id of orphansOf(this.#publications, own)) {
      this.#deps.closeOnServer(id).catch(() => undefined);
    }
  }

  /** Sends something once more by another transport, in place of the producer that it has. */
  async sendBeside(
    transport: types.Transport,
    publication: Publication,
    options: PublishOptions,
  ): Promise<types.Producer> {
    const producer = await this.#send(transport, publication, options, publication.producer?.id);
    // Changed meanwhile.
    const { track, paused } = publication;
    if (producer.track !== track) await producer.replaceTrack({ track });
    if (paused) producer.pause();
    else producer.resume();
    return producer;
  }

  /** It was sent once more, and is not to be sent any more. */
  discard(producer: types.Producer): void {
    producer.close();
    this.#deps.closeOnServer(producer.id).catch(() => undefined);
  }

  async #produce(publication: Publication): Promise<void> {
    const begun = this.#transport;
    if (!begun) return;
    try {
      await this.#produceOn(begun, publication);
    } catch (error) {
      // Built anew meanwhile, which sends it again.
      if (begun === this.#transport) throw error;
    }
  }

  async #produceOn(begun: Promise<MediaTransport>, publication: Publication): Promise<void> {
    if (!this.#options) return;
    const { transport } = await begun;
    if (begun !== this.#transport || transport.closed) return;
    const producer = await this.#send(transport, publication, this.#options);
    const current = this.#publications.get(publication.source) === publication;
    if (!current || begun !== this.#transport) {
      producer.close();
      return;
    }
    publication.producer = producer;
    if (producer.track !== publication.track) {
      await producer.replaceTrack({ track: publication.track });
    }
    if (publication.paused) producer.pause();
    this.#deps.onPublished(publication.source);
  }

  #send(
    transport: types.Transport,
    publication: Publication,
    options: PublishOptions,
    replaces?: string,
  ): Promise<types.Producer> {
    const codecs = this.#deps.device.sendRtpCapabilities.codecs ?? [];
    return transport.produce(producerOptions(publication, options, codecs, replaces));
  }

  /** Those by which it is sent: two while it moves. */
  #producersOf(publication: Publication): types.Producer[] {
    const all = [publication.producer, this.#beside.get(publication)];
    return [...new Set(all)].filter((one) => one && !one.closed) as types.Producer[];
  }
}
