import { useEffect, useState } from 'preact/hooks';

/** Whether something has been so for a while: what passes within it is not worth a word. */
export function useLasting(active: boolean, forMs: number): boolean {
  const [lasts, setLasts] = useState(false);
  useEffect(() => {
    setLasts(false);
    if (!active) return;
    const timer = setTimeout(() => setLasts(true), forMs);
    return () => clearTimeout(timer);
  }, [active, forMs]);
  return active && lasts;
}
