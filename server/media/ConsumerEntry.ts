import type { types } from 'mediasoup';
import { chooseLayers, type LayerChoice } from './layers.ts';
import type { PictureSize } from './MediaCommands.ts';
import type { ProducerEntry } from './ProducerEntry.ts';

/** Predicted outgoing packets per second, by what a consumer receives. */
const AUDIO_PPS = 50;
const LAYER_PPS = [20, 60, 170] as const;
/** By then the bitrate of a layer that has just begun is known. */
const REMIND_AFTER_MS = 100;
const REMINDERS = 5;

/**
 * One mediasoup consumer. It runs while its client is ready and shows it; which layers it gets
 * follows from how large it is shown. The worker lowers that further when bandwidth is short.
 */
export class ConsumerEntry {
  readonly consumer: types.Consumer;
  readonly source: ProducerEntry;
  #ready = false;
  #score: types.ConsumerScore;
  #layers: LayerChoice | null;
  #load = 0;
  #reminders = REMINDERS;
  #reminder: NodeJS.Timeout | undefined;
  readonly #addLoad: (packetsPerSecond: number) => void;

  /** @param addLoad changes the worker's predicted load. */
  constructor(
    consumer: types.Consumer,
    source: ProducerEntry,
    view: PictureSize | undefined,
    addLoad: (packetsPerSecond: number) => void,
  ) {
    this.consumer = consumer;
    this.source = source;
    this.#layers = source.layers && chooseLayers(view, source.layers);
    this.#addLoad = addLoad;
    this.#score = consumer.score;
    consumer.on('score', (score) => (this.#score = score));
    if (consumer.type === 'simulcast') consumer.on('layerschange', () => this.#remindSoon());
    consumer.observer.once('close', () => {
      clearTimeout(this.#reminder);
      this.#account(0);
      source.want(consumer.id, null);
    });
    // The layer is wanted before the client is ready, so that its encoder has begun by then.
    this.#announceWish();
  }

  get ready(): boolean {
    return this.#ready;
  }

  /** What mediasoup scored last; its own getter copies at every call, too dear for all consumers. */
  get score(): Readonly<Pick<types.ConsumerScore, 'score' | 'producerScore'>> {
    return this.#score;
  }

  /** The client can render it: packets flow if it is shown. */
  async resume(): Promise<void> {
    this.#ready = true;
    await this.#apply();
  }

  /** Takes over what the client shows of it now. */
  async show(view: PictureSize): Promise<void> {
    if (!this.source.layers) return;
    const before = this.#layers;
    this.#layers = chooseLayers(view, this.source.layers);
    if (same(before, this.#layers)) return;
    this.#announceWish();
    const layers = this.#layers;
    if (layers && !this.consumer.closed) {
      await Promise.all([
        this.consumer.type === 'simple' ? undefined : this.consumer.setPreferredLayers(layers),
        this.consumer.setPriority(layers.priority),
      ]);
    }
    await this.#apply();
  }

  async #apply(): Promise<void> {
    if (this.consumer.closed) return;
    const run = this.#ready && (!this.source.layers || this.#layers !== null);
    this.#account(run ? this.#packetsPerSecond() : 0);
    if (run && this.consumer.paused) await this.consumer.resume();
    else if (!run && !this.consumer.paused) await this.consumer.pause();
  }

  /**
   * The worker divides bandwidth among layers when its estimate changes, at first once in some
   * seconds, and passes over layers of which nothing has come yet: a picture that begins with its
   * lowest layer would stay at 4 frames a second for that long.
   */
  #remindSoon(): void {
    if (this.#reminder || this.#reminders === 0) return;
    this.#reminder = setTimeout(() => {
      this.#reminder = undefined;
      this.#reminders -= 1;
      this.#remind().catch(() => undefined);
    }, REMIND_AFTER_MS);
  }

  /** Only another preference makes the worker look again. */
  async #remind(): Promise<void> {
    const wish = this.#layers;
    const { consumer } = this;
    if (!wish || consumer.closed || consumer.paused || reaches(consumer.currentLayers, wish))
      return;
    const { spatialLayer, temporalLayer } = wish;
    const other = temporalLayer === 0 ? 1 : temporalLayer - 1;
    await Promise.all([
      consumer.setPreferredLayers({ spatialLayer, temporalLayer: other }),
      consumer.setPreferredLayers({ spatialLayer, temporalLayer }),
    ]);
    this.#remindSoon();
  }

  #announceWish(): void {
    this.source.want(this.consumer.id, this.#layers?.spatialLayer ?? null);
  }

  #packetsPerSecond(): number {
    return this.#layers
      ? (LAYER_PPS[this.#layers.spatialLayer] ?? LAYER_PPS[LAYER_PPS.length - 1] ?? 0)
      : AUDIO_PPS;
  }

  #account(load: number): void {
    this.#addLoad(load - this.#load);
    this.#load = load;
  }

  /** Layers to create the mediasoup consumer with, for a view known beforehand. */
  static initialLayers(
    source: ProducerEntry,
    view: PictureSize | undefined,
  ): types.ConsumerLayers | undefined {
    return (source.layers && chooseLayers(view, source.layers)) ?? undefined;
  }
}

function reaches(current: types.ConsumerLayers | undefined, wish: LayerChoice): boolean {
  if (!current || current.spatialLayer < wish.spatialLayer) return false;
  return (current.temporalLayer ?? 0) >= wish.temporalLayer;
}

function same(a: LayerChoice | null, b: LayerChoice | null): boolean {
  return (
    a?.spatialLayer === b?.spatialLayer &&
    a?.temporalLayer === b?.temporalLayer &&
    a?.priority === b?.priority
  );
}
