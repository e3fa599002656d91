const FIRST_MS = 200;
const MAX_MS = 5_000;
/** What ran for so long begins anew. */
const HEALTHY_MS = 15_000;

/** How long to wait before a process that has ended is started again: longer each time that it ends soon. */
export class Backoff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  #failures = 0;

  constructor(firstMs = FIRST_MS, maxMs = MAX_MS) {
    this.#firstMs = firstMs;
    this.#maxMs = maxMs;
  }

  /** @param ranMs how long it ran @returns milliseconds */
  next(ranMs: number): number {
    this.#failures = ranMs > HEALTHY_MS ? 0 : this.#failures;
    const delay = Math.min(this.#firstMs * 2 ** this.#failures, this.#maxMs);
    this.#failures += 1;
    return delay;
  }
}
