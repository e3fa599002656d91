import { useEffect, useState } from 'preact/hooks';

/** In full screen the controls go after so long without a movement. */
const QUIET_AFTER_MS = 3_000;
const SIGNS_OF_LIFE = ['pointermove', 'pointerdown', 'keydown', 'focusin'];

/** True after a while without a movement, a key or a touch, while `enabled`. */
export function useQuiet(enabled: boolean): boolean {
  const [quiet, setQuiet] = useState(false);
  useEffect(() => {
    setQuiet(false);
    if (!enabled) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wake = (): void => {
      setQuiet(false);
      clearTimeout(timer);
      timer = setTimeout(() => setQuiet(true), QUIET_AFTER_MS);
    };
    for (const name of SIGNS_OF_LIFE) addEventListener(name, wake);
    wake();
    return () => {
      clearTimeout(timer);
      for (const name of SIGNS_OF_LIFE) removeEventListener(name, wake);
    };
  }, [enabled]);
  return quiet;
}
