import { useEffect, useRef, useState } from 'preact/hooks';

/**
 * A value that follows its source at most once in `everyMs`: for what is read out, where a queue that
 * moves fast must not become a stream of words.
 */
export function useUnhurried<T>(source: T, everyMs: number): T {
  const [value, setValue] = useState(source);
  const changedAt = useRef(0);
  useEffect(() => {
    const wait = Math.max(0, changedAt.current + everyMs - Date.now());
    const timer = setTimeout(() => {
      changedAt.current = Date.now();
      setValue(source);
    }, wait);
    return () => clearTimeout(timer);
  }, [source, everyMs]);
  return value;
}
