import { useEffect, useState } from 'preact/hooks';

/**
 * What is made once its code has come; null before. Where that cannot be had, the page says so as of any view
 * that breaks.
 */
export function useLoaded<T>(load: () => Promise<T>, close?: (loaded: T) => void): T | null {
  const [loaded, setLoaded] = useState<T | null>(null);
  const [broken, setBroken] = useState<{ by: unknown } | null>(null);
  useEffect(() => {
    let left = false;
    let made: T | undefined;
    load().then(
      (value) => {
        made = value;
        // Whoever has left meanwhile needs it no more.
        if (left) close?.(value);
        else setLoaded(() => value);
      },
      (error: unknown) => setBroken({ by: error }),
    );
    return () => {
      left = true;
      if (made !== undefined) close?.(made);
    };
  }, []);
  if (broken) throw broken.by;
  return loaded;
}
