import type { types } from 'mediasoup';
import { chooseLayers, type LayerChoice } from './layers.ts';
import type { PictureSize } from './MediaCommands.ts';
import type { ProducerEntry } from './ProducerEntry.ts';

/** Predicted outgoing packets per second, by what a consumer receives. */
const AUDIO_PPS = 50;
const LAYER_PPS = [20, 60, 170] as const;

/**
 * One mediasoup consumer. It runs while its client is ready and shows it; which layers it gets
 * follows from how large it is shown. The worker lowers that further when bandwidth is short.
 */
export class ConsumerEntry {
  readonly consumer: types.Consumer;
  readonly source: ProducerEntry;
  #ready = false;
  #flowing = false;
  #turn: Promise<void> = Promise.resolve();
  #score: types.ConsumerScore;
  #layers: LayerChoice | null;
  #load = 0;
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
    consumer.observer.once('close', () => {
      this.#account(0);
      source.want(consumer.id, null);
    });
    void source.flowing.then(() => {
      this.#flowing = true;
      this.#apply().catch(() => undefined);
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

  /**
   * The client can render it: packets flow if it is shown. A consumer that runs before its producer
   * begins is given the first layer of which a packet comes, the smallest often, and mediasoup moves
   * it to another only seconds later: so it waits for the layers.
   */
  async resume(): Promise<void> {
    this.#ready = true;
    if (this.#flowing) await this.#apply();
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

  /** One after another: what the worker has done is known only once it has answered. */
  #apply(): Promise<void> {
    const turn = this.#turn.then(() => this.#applyNow());
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #applyNow(): Promise<void> {
    if (this.consumer.closed) return;
    const run = this.#ready && this.#flowing && (!this.source.layers || this.#layers !== null);
    this.#account(run ? this.#packetsPerSecond() : 0);
    if (run && this.consumer.paused) await this.consumer.resume();
    else if (!run && !this.consumer.paused) await this.consumer.pause();
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

function same(a: LayerChoice | null, b: LayerChoice | null): boolean {
  return (
    a?.spatialLayer === b?.spatialLayer &&
    a?.temporalLayer === b?.temporalLayer &&
    a?.priority === b?.priority
  );
}
