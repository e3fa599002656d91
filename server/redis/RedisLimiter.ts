import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Limiter } from '../auth/RateLimits.ts';

/** Nobody who signs in is to wait for a Redis that hangs. */
const TIMEOUT_MS = 250;
/** After Redis has failed it is not asked again for this long. */
const PAUSE_MS = 1_000;

/**
 * Counters that all nodes share. This node's own part is counted in its memory as well: while Redis is
 * away, or after it has forgotten everything, what was counted here before still holds.
 */
export class RedisLimiter implements Limiter {
  readonly points: number;
  readonly #shared: RateLimiterRedis;
  readonly #own: RateLimiterMemory;
  #pausedUntil = 0;

  /** @param client whose commands fail at once while Redis is away */
  constructor(client: Redis, keyPrefix: string, limit: { points: number; perSec: number }) {
    const { points, perSec: duration } = limit;
    this.points = points;
    this.#own = new RateLimiterMemory({ points, duration, keyPrefix: '' });
    this.#shared = new RateLimiterRedis({
      ...{ storeClient: client, keyPrefix, points, duration },
      rejectIfRedisNotReady: true,
    });
  }

  /** @throws RateLimiterRes when it is one too many */
  async consume(key: string | number): Promise<RateLimiterRes> {
    const own = await this.#own.consume(key);
    return (await this.#ask(() => this.#shared.consume(key))) ?? own;
  }

  async get(key: string | number): Promise<RateLimiterRes | null> {
    const own = await this.#own.get(key);
    const shared = await this.#ask(() => this.#shared.get(key));
    if (!own || !shared) return shared ?? own;
    return shared.consumedPoints >= own.consumedPoints ? shared : own;
  }

  async penalty(key: string | number): Promise<RateLimiterRes> {
    const own = await this.#own.penalty(key);
    return (await this.#ask(() => this.#shared.penalty(key))) ?? own;
  }

  /** Null when Redis does not answer. @throws RateLimiterRes when it says that it is one too many */
  async #ask(count: () => Promise<RateLimiterRes | null>): Promise<RateLimiterRes | null> {
    if (Date.now() < this.#pausedUntil) return null;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('Redis is late')), TIMEOUT_MS);
    });
    try {
      return await Promise.race([count(), late]);
    } catch (error) {
      if (error instanceof RateLimiterRes) throw error;
      this.#pausedUntil = Date.now() + PAUSE_MS;
      return null;
    } finally {
      clearTimeout(timer);
    }
  }
}
