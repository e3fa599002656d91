export interface RetrySchedule {
  /** Attempts in all. */
  attempts: number;
  retryMinMs: number;
  retryMaxMs: number;
}

/** Five seconds become a day in eight steps: an endpoint that is back soon is told soon. */
const FACTOR = 4;
/** Receivers that were away are not told of everything at once when they are back. */
const SPREAD = 0.2;

/**
 * Milliseconds until the next attempt; null when there is none.
 * @param failed attempts so far, from 1
 * @param random from 0 to 1
 * @param askedMs what the receiver asked for; it is given no more than `retryMaxMs`
 */
export function retryDelay(
  failed: number,
  { attempts, retryMinMs, retryMaxMs }: RetrySchedule,
  random: number,
  askedMs = 0,
): number | null {
  if (failed >= attempts) return null;
  const delayMs = Math.min(retryMaxMs, retryMinMs * FACTOR ** (failed - 1));
  const spreadMs = Math.round(delayMs * (1 + SPREAD * (2 * random - 1)));
  return Math.max(spreadMs, Math.min(retryMaxMs, askedMs));
}
