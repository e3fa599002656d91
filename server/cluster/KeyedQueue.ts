import type { Logger } from '../core/logger.ts';

export interface KeyedQueueOptions {
  logger: Logger;
  /** How many tasks run at a time. */
  concurrency?: number;
  /** Pauses after failures grow from the first to the second. */
  retryMs?: { first: number; longest: number };
  /** 0 to 1: spreads what failed together. */
  random?: () => number;
}

const CONCURRENCY = 4;
const RETRY_MS = { first: 200, longest: 30_000 };

interface Entry {
  task: () => Promise<void>;
  state: 'queued' | 'running' | 'pausing';
  /** Asked for again while it ran: what it looked at may be different now. */
  again: boolean;
  failures: number;
  timer?: NodeJS.Timeout;
}

/**
 * Repairs, by the key of what they repair: one at a time for each key, however often it is asked for,
 * and again after a while where it failed, at first soon and then less and less often.
 */
export class KeyedQueue {
  readonly #logger: Logger;
  readonly #concurrency: number;
  readonly #retryMs: { first: number; longest: number };
  readonly #random: () => number;
  readonly #entries = new Map<string, Entry>();
  readonly #queued: string[] = [];
  #running = 0;
  #closed = false;

  constructor({ logger, concurrency, retryMs, random }: KeyedQueueOptions) {
    this.#logger = logger;
    this.#concurrency = concurrency ?? CONCURRENCY;
    this.#retryMs = retryMs ?? RETRY_MS;
    this.#random = random ?? Math.random;
  }

  /** Keys that are not done yet. */
  get size(): number {
    return this.#entries.size;
  }

  /** Has `task` run for the key, once more if it runs now; a pause after a failure is not cut short. */
  add(key: string, task: () => Promise<void>): void {
    if (this.#closed) return;
    const known = this.#entries.get(key);
    if (known) {
      known.task = task;
      known.again = known.state === 'running';
      return;
    }
    this.#enqueue(key, { task, state: 'queued', again: false, failures: 0 });
  }

  /** Nothing begins any more. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const { timer } of this.#entries.values()) clearTimeout(timer);
    this.#entries.clear();
    this.#queued.length = 0;
  }

  #enqueue(key: string, entry: Entry): void {
    entry.state = 'queued';
    this.#entries.set(key, entry);
    this.#queued.push(key);
    this.#next();
  }

  #next(): void {
    while (this.#running < this.#concurrency) {
      const key = this.#queued.shift();
      if (key === undefined) return;
      const entry = this.#entries.get(key);
      if (entry) void this.#run(key, entry);
    }
  }

  async #run(key: string, entry: Entry): Promise<void> {
    this.#running += 1;
    entry.state = 'running';
    try {
      await entry.task();
      entry.failures = 0;
      this.#entries.delete(key);
      if (entry.again && !this.#closed) this.#enqueue(key, { ...entry, again: false });
    } catch (error) {
      if (!this.#closed) this.#retryLater(key, entry, error);
    } finally {
      this.#running -= 1;
      this.#next();
    }
  }

  #retryLater(key: string, entry: Entry, error: unknown): void {
    const { first, longest } = this.#retryMs;
    const full = Math.min(first * 2 ** entry.failures, longest);
    const pauseMs = full * (0.5 + this.#random() / 2);
    this.#logger.warn({ err: error, key, failures: entry.failures + 1 }, 'a repair is tried again');
    entry.failures += 1;
    entry.again = false;
    entry.state = 'pausing';
    entry.timer = setTimeout(() => this.#enqueue(key, entry), pauseMs);
  }
}
