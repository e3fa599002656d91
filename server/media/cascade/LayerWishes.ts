import type { RouterRef } from '../MediaExecutor.ts';

/**
 * Which layers of one producer anybody wants, over all routers where it is consumed. Its publisher
 * hears of it when the highest changes.
 */
export class LayerWishes {
  readonly #byRouter = new Map<RouterRef, number>();
  #announced: number;

  /** @param highest what its publisher was told last, or sends from the start */
  constructor(home: RouterRef, highest: number) {
    this.#byRouter.set(home, highest);
    this.#announced = highest;
  }

  /** @returns what the publisher is to be told; null when that is nothing new */
  report(router: RouterRef, maxSpatialLayer: number): number | null {
    this.#byRouter.set(router, maxSpatialLayer);
    return this.#changed();
  }

  /** The producer is not piped there any more. */
  forget(router: RouterRef): number | null {
    this.#byRouter.delete(router);
    return this.#changed();
  }

  #changed(): number | null {
    const highest = Math.max(-1, ...this.#byRouter.values());
    if (highest === this.#announced) return null;
    this.#announced = highest;
    return highest;
  }
}
