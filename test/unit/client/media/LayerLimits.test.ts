import { expect, it } from 'vitest';
import { LayerLimits } from '../../../../client/media/LayerLimits.ts';

/** A producer that takes a moment for each change, and compares as mediasoup-client's does. */
class SlowProducer {
  closed = false;
  maxSpatialLayer: number | undefined = undefined;
  /** What the browser encodes. */
  encoded = 2;
  changes = 0;
  #carryOut: (() => void)[] = [];

  async setMaxSpatialLayer(layer: number): Promise<void> {
    if (this.closed) throw new Error('closed');
    if (layer === this.maxSpatialLayer) return;
    await new Promise<void>((resolve) => this.#carryOut.push(resolve));
    this.changes += 1;
    this.encoded = this.maxSpatialLayer = layer;
  }

  /** Carries out what was asked for, until nothing more is. */
  async settle(): Promise<void> {
    while (this.#carryOut.length > 0) {
      this.#carryOut.shift()?.();
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
}

it('encodes what was asked for last, also where that is what was there before', async () => {
  const [limits, producer] = [new LayerLimits(), new SlowProducer()];
  void limits.limit(producer, 0);
  await producer.settle();
  // The last one who looked has gone, and the next is there.
  void limits.limit(producer, -1);
  void limits.limit(producer, 0);
  await producer.settle();
  expect(producer.encoded).toBe(0);

  for (let round = 0; round < 100; round++) {
    for (let n = 0; n < 5; n++) void limits.limit(producer, ((round * 7 + n * 3) % 4) - 1);
    await producer.settle();
    expect(producer.encoded).toBe(((round * 7 + 12) % 4) - 1);
  }
});

it('asks for nothing twice, and nothing of what is closed', async () => {
  const [limits, producer] = [new LayerLimits(), new SlowProducer()];
  for (let n = 0; n < 3; n++) void limits.limit(producer, 1);
  await producer.settle();
  expect(producer.changes).toBe(1);

  const last = limits.limit(producer, 0);
  void limits.limit(producer, 2);
  producer.closed = true;
  await producer.settle();
  await last;
  expect(producer.encoded).toBe(0);
});
