import { useEffect } from 'preact/hooks';

/** Fast enough to watch a node drain. */
const PAUSE_MS = 2_000;

/**
 * Asks at once, then again and again while somebody can see the answer.
 * @param refresh never rejects @param pauseMs after an answer
 */
export function usePolling(refresh: () => Promise<void>, pauseMs = PAUSE_MS): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let left = false;
    async function poll(): Promise<void> {
      clearTimeout(timer);
      if (document.visibilityState === 'visible') await refresh();
      // A page that is left while the answer is on its way asks no more.
      if (!left) timer = setTimeout(() => void poll(), pauseMs);
    }
    const onVisible = (): void => {
      if (document.visibilityState === 'visible') void poll();
    };
    document.addEventListener('visibilitychange', onVisible);
    void poll();
    return () => {
      left = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [refresh, pauseMs]);
}
