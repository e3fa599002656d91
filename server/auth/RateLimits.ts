import { createHmac, randomBytes } from 'node:crypto';
import { RateLimiterMemory, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import type { Config } from '../config/loadConfig.ts';
import { AppError } from '../core/AppError.ts';

/** Names of the limits in the configuration. */
export type LimitName = {
  [N in keyof Config['limits']]: Config['limits'][N] extends number ? never : N;
}[keyof Config['limits']];

export interface LimitKey {
  name: LimitName;
  key: string;
}

/**
 * Counters per limit. Keys are spread over this many, by a hash that nobody outside can compute:
 * memory stays bounded under any flood, and no email or address is kept. Two keys that share a
 * counter are a few in a hundred thousand pairs.
 */
const COUNTERS = 65_536;

/** The counters of one limit. */
export type Limiter = Pick<RateLimiterAbstract, 'points' | 'consume' | 'get' | 'penalty'>;

/** What nodes that count together have in common. */
export interface SharedLimits {
  /** The same on all of them. */
  salt: Buffer;
  createLimiter: (name: LimitName, limit: { points: number; perSec: number }) => Limiter;
}

/** Guesses being checked on one counter, and who waits for their outcome. */
interface Guesses {
  running: number;
  waiting: (() => void)[];
}

/** Every rate limit: in the memory of this process, or where its nodes count together. */
export class RateLimits {
  readonly #limiters: ReadonlyMap<LimitName, Limiter>;
  readonly #guesses = new Map<string, Guesses>();
  readonly #salt: Buffer;

  constructor(limits: Config['limits'], { salt, createLimiter }: SharedLimits = inMemory()) {
    const { bodyBytes: _, ...rates } = limits;
    this.#salt = salt;
    this.#limiters = new Map(
      Object.entries(rates).map(([key, limit]) => {
        const name = key as LimitName;
        return [name, createLimiter(name, limit)];
      }),
    );
  }

  /** Counts one. @throws AppError RATE_LIMITED with `retryAfterMs` when it is one too many */
  async consume(name: LimitName, key: string): Promise<void> {
    try {
      await this.#limiter(name).consume(this.#counter(key));
    } catch (error) {
      throw refusal(error);
    }
  }

  /**
   * Checks a password or passcode, counting failures only, under every key given: `check` answers
   * null or false for a wrong guess; if it throws, nothing is counted. While as many checks are
   * running as failures are left, further ones wait for their outcome, so that neither do more
   * guesses than allowed slip through together, nor is anyone refused because many people enter the
   * right one at the same moment. Those that other nodes are checking are not waited for: in one
   * moment each node may check as many as are left.
   *
   * @throws AppError RATE_LIMITED with `retryAfterMs` when a key has no failures left
   */
  async guess<T>(keys: readonly LimitKey[], check: () => Promise<T>): Promise<T> {
    // Every caller names its limits in the same order, so no two can wait for each other.
    const held: LimitKey[] = [];
    try {
      for (const key of keys) {
        await this.#enter(key);
        held.push(key);
      }
      const outcome = await check();
      if (outcome === null || outcome === false) {
        for (const { name, key } of held) await this.#limiter(name).penalty(this.#counter(key));
      }
      return outcome;
    } finally {
      for (const key of held) this.#leave(key);
    }
  }

  async #enter(limit: LimitKey): Promise<void> {
    const limiter = this.#limiter(limit.name);
    const counter = this.#counter(limit.key);
    const id = `${limit.name} ${counter}`;
    for (;;) {
      const counted = await limiter.get(counter);
      const left = limiter.points - (counted?.consumedPoints ?? 0);
      const guesses = this.#guesses.get(id) ?? { running: 0, waiting: [] };
      if (left <= 0) {
        // Whoever waits behind this one has to hear it too.
        this.#wakeNext(id, guesses);
        throw refusal(counted);
      }
      if (guesses.running < left) {
        guesses.running++;
        this.#guesses.set(id, guesses);
        return;
      }
      await new Promise<void>((resolve) => guesses.waiting.push(resolve));
    }
  }

  #leave({ name, key }: LimitKey): void {
    const id = `${name} ${this.#counter(key)}`;
    const guesses = this.#guesses.get(id);
    if (!guesses) return;
    guesses.running--;
    this.#wakeNext(id, guesses);
  }

  #wakeNext(id: string, guesses: Guesses): void {
    const next = guesses.waiting.shift();
    if (next) next();
    else if (guesses.running === 0) this.#guesses.delete(id);
  }

  #limiter(name: LimitName): Limiter {
    const limiter = this.#limiters.get(name);
    if (!limiter) throw new Error(`there is no limit ${name}`);
    return limiter;
  }

  #counter(key: string): number {
    return createHmac('sha256', this.#salt).update(key).digest().readUInt32BE() % COUNTERS;
  }
}

function inMemory(): SharedLimits {
  return {
    salt: randomBytes(16),
    createLimiter: (_, { points, perSec }) =>
      new RateLimiterMemory({ points, duration: perSec, keyPrefix: '' }),
  };
}

function refusal(counted: unknown): unknown {
  if (!(counted instanceof RateLimiterRes)) return counted;
  return new AppError('RATE_LIMITED', { retryAfterMs: Math.max(1, counted.msBeforeNext) });
}
