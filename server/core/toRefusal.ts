import { AppError } from './AppError.ts';
import { createId } from './ids.ts';
import type { Logger } from './logger.ts';

/** Node's codes for a peer that is not there, and PostgreSQL's for one that stops, starts or has no room. */
const OUTAGES = new Set([
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'EAI_AGAIN',
  ],
  ...['57P01', '57P02', '57P03', '08000', '08001', '08003', '08004', '08006', '53300'],
]);
/** What pg says of a connection that ended under a query, without a code. */
const ENDED = 'Connection terminated';
const RETRY_AFTER_MS = 1_000;

/**
 * What a client may be told of any error. Of one that is not ours it learns whether a part of the
 * server is away for a moment, or else only where it stands in the log.
 * @param context goes into the log with it
 */
export function toRefusal(error: unknown, context: object, logger: Logger): AppError {
  if (error instanceof AppError) return error;
  if (isOutage(error)) {
    logger.warn({ err: error, ...context }, 'a part of the server cannot be reached');
    return new AppError('UNAVAILABLE', { retryAfterMs: RETRY_AFTER_MS, cause: error });
  }
  const errorId = createId();
  logger.error({ err: error, errorId, ...context }, 'request failed');
  return new AppError('INTERNAL', { details: { errorId }, cause: error });
}

/** Whether an error says that a store is not there, rather than that something is wrong. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  return (
    (code !== undefined && OUTAGES.has(code)) ||
    error.message.startsWith(ENDED) ||
    error.name === 'KnexTimeoutError'
  );
}
