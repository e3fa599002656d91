import type { RtpCapabilities } from '../../protocol/rtp.ts';
import type {
  ConsumerDescription,
  FeedRequest,
  MediaCommands,
  ParticipantKey,
  PictureSize,
  ViewRequest,
} from '../media/MediaCommands.ts';
import type { FeedInput, FeedWishes } from './feed.ts';

const NOT_SHOWN = { width: 0, height: 0 };

/** What flows to a mixer: one consumer for each producer of the meeting that it can decode. */
export class FeedInputs {
  readonly #media: MediaCommands;
  readonly #byProducer = new Map<string, FeedInput>();
  readonly #producerOf = new Map<string, string>();
  /** That the mixer cannot decode, or that went before they were had. */
  readonly #refused = new Set<string>();
  /** How large each picture is shown, as the media layer was told. */
  readonly #views = new Map<string, PictureSize>();
  #transportId: string | null = null;
  /** Counts how often everything was forgotten: what was begun before does not count. */
  #turn = 0;

  constructor(media: MediaCommands) {
    this.#media = media;
  }

  get all(): readonly FeedInput[] {
    return [...this.#byProducer.values()];
  }

  get byProducer(): ReadonlyMap<string, FeedInput> {
    return this.#byProducer;
  }

  /** Everything of it is gone. */
  clear(): void {
    this.#turn += 1;
    this.#byProducer.clear();
    this.#producerOf.clear();
    this.#refused.clear();
    this.#views.clear();
    this.#transportId = null;
  }

  drop(consumerIds: readonly string[]): void {
    for (const id of consumerIds) {
      const producerId = this.#producerOf.get(id);
      this.#producerOf.delete(id);
      if (producerId !== undefined) this.#forget(producerId);
    }
  }

  #forget(producerId: string): void {
    this.#byProducer.delete(producerId);
    this.#views.delete(producerId);
  }

  /** Makes sure that there is a way. @throws what `MediaCommands` throws */
  async open(
    of: ParticipantKey,
    request: FeedRequest & { rtpCapabilities: RtpCapabilities },
  ): Promise<void> {
    if (this.#transportId !== null) return;
    const turn = this.#turn;
    const { transportId } = await this.#media.openFeed(of, request);
    if (this.#turn === turn) this.#transportId = transportId;
  }

  /** Has exactly these flow. @throws what `MediaCommands` throws */
  async follow(of: ParticipantKey, producerIds: readonly string[]): Promise<void> {
    const transportId = this.#transportId;
    if (transportId === null) return;
    const turn = this.#turn;
    const wanted = new Set(producerIds);
    for (const [producerId, { id }] of this.#byProducer) {
      if (wanted.has(producerId)) continue;
      // Its consumer goes with the producer.
      this.#forget(producerId);
      this.#producerOf.delete(id);
    }
    for (const id of this.#refused) if (!wanted.has(id)) this.#refused.delete(id);
    const missing = producerIds.filter((id) => !this.#byProducer.has(id) && !this.#refused.has(id));
    if (missing.length === 0) return;
    const { consumers, refused } = await this.#media.consume(of, transportId, missing);
    if (this.#turn !== turn) return;
    for (const { producerId } of refused) this.#refused.add(producerId);
    for (const consumer of consumers) {
      const input = toInput(consumer);
      if (!input) continue;
      this.#byProducer.set(consumer.producerId, input);
      this.#producerOf.set(consumer.id, consumer.producerId);
    }
    // Pictures are not sent before the mixer says how large it shows them.
    const unseen = consumers.filter(({ kind }) => kind === 'video');
    await this.#tell(
      of,
      unseen.map(({ producerId }) => ({ producerId, ...NOT_SHOWN })),
    );
    const { gone } = await this.#media.resumeConsumers(
      of,
      consumers.map(({ id }) => id),
    );
    if (this.#turn === turn) this.drop(gone);
  }

  /** @param views null: as before @throws what `MediaCommands` throws */
  async show(of: ParticipantKey, views: FeedWishes['views']): Promise<void> {
    if (views === null) return;
    const sizes = new Map(views.map(({ input, ...size }) => [this.#producerOf.get(input), size]));
    const shown = [...this.#byProducer].filter(([, { kind }]) => kind !== 'voice');
    const next = shown.map(([producerId]) => ({
      producerId,
      ...(sizes.get(producerId) ?? NOT_SHOWN),
    }));
    await this.#tell(
      of,
      next.filter(({ producerId, width, height }) => {
        const before = this.#views.get(producerId);
        return before?.width !== width || before.height !== height;
      }),
    );
  }

  async #tell(of: ParticipantKey, views: readonly ViewRequest[]): Promise<void> {
    if (views.length === 0) return;
    for (const { producerId, ...size } of views) this.#views.set(producerId, size);
    await this.#media.updateViews(of, views);
  }

  /** @throws what `MediaCommands` throws */
  async askForKeyFrames(of: ParticipantKey, inputs: readonly string[]): Promise<void> {
    const known = inputs.filter((id) => this.#producerOf.has(id));
    if (known.length > 0) await this.#media.requestKeyFrames(of, known);
  }
}

function toInput({ id, kind, rtpParameters }: ConsumerDescription): FeedInput | null {
  const [codec] = rtpParameters.codecs;
  const ssrc = rtpParameters.encodings?.[0]?.ssrc;
  if (!codec || ssrc === undefined) return null;
  const name = codec.mimeType.toLowerCase() === 'video/h264' ? 'H264' : 'VP8';
  return { id, ssrc, payloadType: codec.payloadType, kind: kind === 'audio' ? 'voice' : name };
}
