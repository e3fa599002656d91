import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Area } from './layout.ts';

/** The size of an element, kept current. */
export function useArea() {
  const element = useRef<HTMLDivElement>(null);
  const [area, setArea] = useState<Area>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const { current } = element;
    if (!current) return;
    const measure = (): void => {
      setArea({ width: current.clientWidth, height: current.clientHeight });
    };
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    measure();
    return () => observer.disconnect();
  }, []);
  return { element, area };
}
