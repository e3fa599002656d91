const FIRST_MS = 1_000;
const LONGEST_MS = 10_000;
const GROWTH = 1.25;
const JITTER = 0.3;

/**
 * Milliseconds to wait before a try. The first comes at once; then about a second, growing, spread so
 * that not everybody returns to a server that restarted in the same moment.
 *
 * @param attempt from 1
 * @param random between 0 and 1
 */
export function reconnectDelayMs(attempt: number, random: number): number {
  if (attempt <= 1) return 0;
  const base = Math.min(LONGEST_MS, FIRST_MS * GROWTH ** (attempt - 2));
  return Math.round(base * (1 - JITTER / 2 + JITTER * random));
}
