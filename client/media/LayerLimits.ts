import type { types } from 'mediasoup-client';

type Limited = Pick<types.Producer, 'closed' | 'maxSpatialLayer' | 'setMaxSpatialLayer'>;

/**
 * Has producers encode as far up as was said last. mediasoup-client compares with what it has carried out: a change
 * back that comes while the other one is on its way would be none, and nothing would be sent from then on.
 */
export class LayerLimits {
  readonly #wanted = new WeakMap<Limited, number>();
  readonly #busy = new WeakSet<Limited>();

  /** @param maxSpatialLayer from 0, -1 for none at all */
  async limit(producer: Limited, maxSpatialLayer: number): Promise<void> {
    this.#wanted.set(producer, maxSpatialLayer);
    if (this.#busy.has(producer)) return;
    this.#busy.add(producer);
    try {
      let wanted: number | undefined = maxSpatialLayer;
      while (wanted !== undefined && wanted !== producer.maxSpatialLayer && !producer.closed) {
        await producer.setMaxSpatialLayer(wanted);
        wanted = this.#wanted.get(producer);
      }
    } finally {
      this.#busy.delete(producer);
    }
  }
}
