const FIRST_MS = 200;
const MAX_MS = 5_000;
/** What ran for so long begins anew. */
const HEALTHY_MS = 15_000;

/** How long to wait before a process that has ended is started again: longer each time that it ends soon. */
export class Backoff {
  #failures = 0;

  /** @param ranMs how long it ran @returns milliseconds */
  next(ranMs: number): number {
    this.#failures = ranMs > HEALTHY_MS ? 0 : this.#failures;
    const delay = Math.min(FIRST_MS * 2 ** this.#failures, MAX_MS);
    this.#failures += 1;
    return delay;
  }
}
