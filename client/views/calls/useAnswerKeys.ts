import { useEffect, useRef } from 'preact/hooks';

/** Whoever is typing when it begins to ring may mean these keys for what they write. */
const DEAF_MS = 800;

/**
 * Ctrl and Enter, or Cmd and Enter: one key alone would be pressed by whoever is typing just then.
 * @param answer null while these keys mean something else
 */
export function useAnswerKeys(answer: (() => unknown) | null): void {
  const latest = useRef(answer);
  latest.current = answer;
  useEffect(() => {
    const since = performance.now();
    const press = (event: KeyboardEvent): void => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.repeat) return;
      if (!latest.current || performance.now() - since < DEAF_MS) return;
      event.preventDefault();
      latest.current();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}
