import type { Logger } from '../core/logger.ts';
import { maskUrl } from '../config/secrets.ts';
import { RedisConnection } from './RedisConnection.ts';

/** How long the first connection may take. */
const OPEN_TIMEOUT_MS = 5_000;

/** Redis cannot be opened; the message says which one and why. */
export class RedisError extends Error {
  override name = 'RedisError';
}

/**
 * Connects to a single primary, `redis://` or `rediss://` with TLS, and waits until it answers. Once
 * it has, the connection comes back by itself, however long Redis is away.
 * @throws RedisError
 */
export async function openRedis(url: string, logger: Logger): Promise<RedisConnection> {
  const connection = new RedisConnection(url, logger);
  try {
    await connection.waitUntilReady(OPEN_TIMEOUT_MS);
    return connection;
  } catch (error) {
    connection.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new RedisError(`Redis ${maskUrl(url)} cannot be opened: ${reason}`, { cause: error });
  }
}
