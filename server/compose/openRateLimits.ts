import { createHmac } from 'node:crypto';
import { RateLimits } from '../auth/RateLimits.ts';
import type { Config } from '../config/loadConfig.ts';
import { limitPrefix } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/RedisConnection.ts';
import { RedisLimiter } from '../redis/RedisLimiter.ts';

/**
 * Limits that count over all nodes, or over this one that is alone.
 * @param clusterSecret of which the salt is made that all nodes need to have in common
 */
export function openRateLimits(
  limits: Config['limits'],
  redis: RedisConnection | null,
  clusterSecret: string,
): RateLimits {
  if (!redis) return new RateLimits(limits);
  const client = redis.createClient();
  return new RateLimits(limits, {
    salt: createHmac('sha256', clusterSecret).update('rate limits').digest(),
    createLimiter: (name, limit) => new RedisLimiter(client, limitPrefix(name), limit),
  });
}
