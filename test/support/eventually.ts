const INTERVAL_MS = 20;

/**
 * Waits until `check` no longer throws and answers what it answered.
 * @param intervalMs pause between two checks: longer for those that cost something
 * @throws what it threw last, when `timeoutMs` is over
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  timeoutMs = 10_000,
  intervalMs = INTERVAL_MS,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
