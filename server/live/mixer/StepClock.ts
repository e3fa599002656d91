import { performance } from 'node:perf_hooks';

/** More than this is not caught up with: the process was stopped, and nobody waits for what was then. */
const MAX_BEHIND_MS = 2_000;

/** Counts steps of a fixed length by the monotonic clock; late ones are made up for, none is left out. */
export class StepClock {
  readonly #stepMs: number;
  readonly #onStep: (index: number, behind: number) => void;
  #startedAt = 0;
  #done = 0;
  #skipped = 0;
  #timer: NodeJS.Timeout | null = null;
  #immediate: NodeJS.Immediate | null = null;

  /** @param onStep `behind`: so many more are due by now */
  constructor(stepMs: number, onStep: (index: number, behind: number) => void) {
    this.#stepMs = stepMs;
    this.#onStep = onStep;
  }

  /** Steps that were left out because the process did not run. */
  get skipped(): number {
    return this.#skipped;
  }

  start(): void {
    this.#startedAt = performance.now();
    this.#wait();
  }

  /** Idempotent. */
  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#immediate) clearImmediate(this.#immediate);
    this.#timer = this.#immediate = null;
  }

  #wait(): void {
    const dueAt = this.#startedAt + (this.#done + 1) * this.#stepMs;
    this.#timer = setTimeout(
      () => {
        // After what came by network meanwhile: it is for the steps that are due.
        this.#immediate = setImmediate(() => this.#run());
      },
      Math.max(0, dueAt - performance.now()),
    );
  }

  #run(): void {
    const due = Math.floor((performance.now() - this.#startedAt) / this.#stepMs);
    const behind = due - this.#done - MAX_BEHIND_MS / this.#stepMs;
    if (behind > 0) {
      this.#skipped += Math.ceil(behind);
      this.#startedAt += Math.ceil(behind) * this.#stepMs;
    }
    const last = Math.floor((performance.now() - this.#startedAt) / this.#stepMs);
    while (this.#done < last) {
      const index = this.#done;
      this.#done += 1;
      this.#onStep(index, last - this.#done);
      // Closed by what it did.
      if (!this.#timer) return;
    }
    this.#wait();
  }
}
