import type { types } from 'mediasoup';
import { chooseLayers, type LayerChoice } from './layers.ts';
import type { PictureSize } from './MediaCommands.ts';
import { AUDIO_PPS, layerPps } from './packetRates.ts';
import type { ProducerEntry } from './ProducerEntry.ts';

/** By then the bitrates of layers that have just begun are known. */
const LOOK_AGAIN_MS = 200;

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
  #lookAgainTimer: NodeJS.Timeout | undefined;
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
      clearTimeout(this.#lookAgainTimer);
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
    if (run && this.consumer.paused) {
      await this.consumer.resume();
      if (this.source.isYoung) this.#lookAgainSoon();
    } else if (!run && !this.consumer.paused) await this.consumer.pause();
  }

  /**
   * The worker divides bandwidth when its estimate changes, at first once in a second or more, and
   * passes over layers whose bitrate it does not know: until then a young picture would have a
   * quarter of its frames. Only another preference makes it look again.
   */
  #lookAgainSoon(): void {
    clearTimeout(this.#lookAgainTimer);
    this.#lookAgainTimer = setTimeout(() => {
      const { consumer } = this;
      if (!this.#layers || consumer.type !== 'simulcast') return;
      const { spatialLayer, temporalLayer } = this.#layers;
      const other = temporalLayer === 0 ? 1 : temporalLayer - 1;
      Promise.all([
        consumer.setPreferredLayers({ spatialLayer, temporalLayer: other }),
        consumer.setPreferredLayers({ spatialLayer, temporalLayer }),
      ]).catch(() => undefined);
    }, LOOK_AGAIN_MS);
  }

  #announceWish(): void {
    this.source.want(this.consumer.id, this.#layers?.spatialLayer ?? null);
  }

  #packetsPerSecond(): number {
    const { layers } = this.source;
    return layers && this.#layers ? layerPps(layers, this.#layers.spatialLayer) : AUDIO_PPS;
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
