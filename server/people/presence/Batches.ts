/** How long after a failure the same is tried again. */
const RETRY_MS = 1_000;

/**
 * Works through what comes together: what comes while one batch is on its way is the next one. A batch
 * that fails comes again, unless newer of the same keys has come meanwhile.
 */
export class Batches<T> {
  readonly #work: (batch: ReadonlyMap<string, T>) => Promise<void>;
  readonly #onFailure: (error: unknown) => void;
  readonly #waiting = new Map<string, T>();
  #running: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    work: (batch: ReadonlyMap<string, T>) => Promise<void>,
    onFailure: (error: unknown) => void,
  ) {
    this.#work = work;
    this.#onFailure = onFailure;
  }

  /** Settles when the batch that it is in was tried. */
  add(key: string, value: T): Promise<void> {
    this.#waiting.set(key, value);
    return this.#run();
  }

  has(key: string): boolean {
    return this.#waiting.has(key);
  }

  get(key: string): T | undefined {
    return this.#waiting.get(key);
  }

  /** Tries what is left once more, and nothing after that. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
    if (this.#waiting.size > 0) await this.#try();
  }

  #run(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    if (this.#running) return this.#running.then(() => this.#running ?? undefined);
    // In the next turn: whoever comes in this one is in the same batch.
    this.#running = new Promise<void>((resolve) => setImmediate(resolve))
      .then(() => this.#try())
      .then((done) => {
        this.#running = null;
        if (this.#waiting.size === 0 || this.#closed) return;
        if (done) void this.#run();
        else this.#timer = setTimeout(() => void this.#run(), RETRY_MS);
      });
    return this.#running;
  }

  async #try(): Promise<boolean> {
    const batch = new Map(this.#waiting);
    this.#waiting.clear();
    try {
      await this.#work(batch);
      return true;
    } catch (error) {
      this.#onFailure(error);
      for (const [key, value] of batch) if (!this.#waiting.has(key)) this.#waiting.set(key, value);
      return false;
    }
  }
}
