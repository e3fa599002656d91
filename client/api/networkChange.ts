const TICK_MS = 1_000;
/** The clock has jumped so far: the machine slept, or the browser had stopped the page. */
const SLEPT_MS = 5_000;
/** A page that nobody saw for so long may have been put aside. */
const HIDDEN_MS = 30_000;

/**
 * Calls `listener` when connections may have died unnoticed: another network, a machine that woke up,
 * a page that is seen again. Answers how to stop that.
 */
export function onNetworkChange(listener: () => void): () => void {
  // Not every browser tells; TypeScript's types leave it out.
  const { connection } = navigator as Navigator & { connection?: EventTarget };
  let tickedAt = Date.now();
  let hiddenAt: number | null = null;
  const timer = setInterval(() => {
    const now = Date.now();
    if (now - tickedAt > SLEPT_MS) listener();
    tickedAt = now;
  }, TICK_MS);
  const look = (): void => {
    if (document.visibilityState === 'hidden') hiddenAt = Date.now();
    else if (hiddenAt !== null && Date.now() - hiddenAt > HIDDEN_MS) listener();
  };
  globalThis.addEventListener('online', listener);
  connection?.addEventListener('change', listener);
  document.addEventListener('visibilitychange', look);
  return () => {
    clearInterval(timer);
    globalThis.removeEventListener('online', listener);
    connection?.removeEventListener('change', listener);
    document.removeEventListener('visibilitychange', look);
  };
}
