import type { types } from 'mediasoup';
import type { Source } from '../../protocol/meetings.ts';
import { highestWanted, type LayerSet } from './layers.ts';

/** How long a layer that nobody wants any more goes on: tiles come and go, encoders restart slowly. */
const LOWER_DELAY_MS = 3_000;
/** How long layer 0 of an unwatched picture goes on for somebody who is just entering. */
const WARM_MS = 5_000;
/** How long after the first layer of a picture the next may come, where bandwidth allows it. */
const NEXT_LAYER_MS = 250;
/** By then the worker has measured the bitrates of layers by itself. */
const YOUNG_MS = 1_000;

/** A mediasoup producer, what it carries, and which of its layers anybody wants. */
export class ProducerEntry {
  readonly producer: types.Producer;
  readonly participantId: string;
  readonly source: Source;
  /** With which its publisher asked for it; null for one that another router passes on. */
  readonly requestId: string | null;
  /** Null for audio. */
  readonly layers: LayerSet | null;
  /** Settles when there are layers to choose among, or no more than one comes. */
  readonly flowing: Promise<void>;
  #flowingSince = Number.POSITIVE_INFINITY;
  readonly #wanted = new Map<string, number>();
  readonly #onLayersWanted: (maxSpatialLayer: number) => void;
  #announced: number;
  #lowerTimer: NodeJS.Timeout | undefined;
  #warmTimer: NodeJS.Timeout | undefined;

  /**
   * @param onLayersWanted tells the publisher; called only when the answer changes.
   * @param origin whether its publisher sends to this router, or another router passes it on
   */
  constructor(
    producer: types.Producer,
    of: {
      participantId: string;
      source: Source;
      layers: LayerSet | null;
      requestId: string | null;
    },
    onLayersWanted: (maxSpatialLayer: number) => void,
    origin: 'sent' | 'piped' = 'sent',
  ) {
    this.producer = producer;
    this.participantId = of.participantId;
    this.source = of.source;
    this.requestId = of.requestId;
    this.layers = of.layers;
    this.#onLayersWanted = onLayersWanted;
    // A publisher begins with every layer on; the first look finds out who wants which. At a router
    // that it is piped to, nobody has wanted any so far.
    this.#announced = this.layers && origin === 'sent' ? this.layers.scales.length - 1 : -1;
    producer.observer.once('close', () => {
      clearTimeout(this.#lowerTimer);
      clearTimeout(this.#warmTimer);
    });
    this.flowing = flowOf(producer).then(() => {
      this.#flowingSince = performance.now();
    });
    this.#update();
  }

  /** Whether its layers have flowed for so short a time that the worker does not know their bitrates. */
  get isYoung(): boolean {
    return performance.now() - this.#flowingSince < YOUNG_MS;
  }

  /** The highest layer that anybody wants, as it was told last; −1: nobody wants any. */
  get maxSpatialLayer(): number {
    return this.#announced;
  }

  /** Notes which spatial layer a consumer receives; null when it receives nothing. */
  want(consumerId: string, spatialLayer: number | null): void {
    if (spatialLayer === null) this.#wanted.delete(consumerId);
    else this.#wanted.set(consumerId, spatialLayer);
    this.#update();
  }

  /** Somebody is entering and will look: has the publisher start encoding before they ask. */
  warm(): void {
    if (!this.layers || this.#announced >= 0 || this.#warmTimer) return;
    this.#warmTimer = setTimeout(() => {
      this.#warmTimer = undefined;
      this.#update();
    }, WARM_MS);
    this.#update();
  }

  #update(): void {
    if (!this.layers || this.producer.closed) return;
    const highest = Math.max(highestWanted(this.#wanted.values()), this.#warmTimer ? 0 : -1);
    if (highest >= this.#announced) {
      clearTimeout(this.#lowerTimer);
      this.#lowerTimer = undefined;
      if (highest > this.#announced) this.#announce(highest);
      return;
    }
    this.#lowerTimer ??= setTimeout(() => {
      this.#lowerTimer = undefined;
      const now = Math.max(highestWanted(this.#wanted.values()), this.#warmTimer ? 0 : -1);
      if (now < this.#announced) this.#announce(now);
    }, LOWER_DELAY_MS);
  }

  #announce(maxSpatialLayer: number): void {
    this.#announced = maxSpatialLayer;
    this.#onLayersWanted(maxSpatialLayer);
  }
}

/** See `ProducerEntry.flowing`. A producer that is paused, or has one layer, leaves no choice to wait for. */
function flowOf(producer: types.Producer): Promise<void> {
  if (producer.type !== 'simulcast' || producer.paused) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let timer: NodeJS.Timeout | undefined;
  // One score for each layer of which something has come.
  producer.on('score', ({ length }) => {
    if (length > 1) resolve(undefined);
    else timer ??= setTimeout(() => resolve(undefined), NEXT_LAYER_MS);
  });
  producer.observer.once('close', () => {
    clearTimeout(timer);
    resolve(undefined);
  });
  return promise;
}
