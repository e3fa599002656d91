import { test } from 'vitest';

/**
 * `npm run faults` has all of it. `npm test` has one of each kind of fault, and everything that races a hundred times:
 * what takes long, goes over many rounds, or differs little from what is tried anyway would cost every change minutes.
 */
const IN_FULL = process.env['PARLEY_TEST_FAULTS'] === 'all';

/** How much is tried: in full, or as a round of `npm test` has time for. */
export function extent<T>(inFull: T, usual: T): T {
  return IN_FULL ? inFull : usual;
}

/**
 * A test that only `npm run faults` has time for: nothing is defined otherwise.
 * @param timeoutMs without it, that of the project
 */
export function inFull(name: string, body: () => Promise<void>, timeoutMs?: number): void {
  if (IN_FULL) test(name, body, timeoutMs);
}
