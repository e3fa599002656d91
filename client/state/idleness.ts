/** Nobody who has not touched anything for so long is thought to be here. */
const IDLE_AFTER_MS = 5 * 60_000;
const CHECK_MS = 5_000;
const INPUT = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;

export interface Idleness {
  isIdle(): boolean;
  stop(): void;
}

/** Tells when nobody has touched this page for a while, and when somebody does again. */
export function watchIdleness(onChange: (idle: boolean) => void, now = Date.now): Idleness {
  let touchedAt = now();
  let idle = false;

  function set(next: boolean): void {
    if (idle === next) return;
    idle = next;
    onChange(idle);
  }
  const touch = (): void => {
    touchedAt = now();
    set(false);
  };
  const look = (): void => {
    // Whoever comes back to the page looks at it.
    if (document.visibilityState === 'visible') touch();
  };
  // A timer of five minutes would stand still while the machine sleeps.
  const timer = setInterval(() => {
    if (now() - touchedAt >= IDLE_AFTER_MS) set(true);
  }, CHECK_MS);
  for (const name of INPUT) addEventListener(name, touch, { passive: true, capture: true });
  document.addEventListener('visibilitychange', look);
  return {
    isIdle: () => idle,
    stop() {
      clearInterval(timer);
      for (const name of INPUT) removeEventListener(name, touch, { capture: true });
      document.removeEventListener('visibilitychange', look);
    },
  };
}
