import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** So near to the end counts as being there. */
const END_PX = 48;

interface StickToEnd {
  list: RefObject<HTMLDivElement | null>;
  /** All that is in the list. */
  content: RefObject<HTMLOListElement | null>;
  isAtEnd: boolean;
  toEnd: () => void;
}

/**
 * Keeps a list at its end while one is there, and lets it be where one has gone back in it.
 * @param written changes when one has written something: then it is the end that one wants to see
 * @param onAtEnd told whether the end is before one's eyes
 */
export function useStickToEnd(written: number, onAtEnd: (isAtEnd: boolean) => void): StickToEnd {
  const list = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLOListElement>(null);
  const pinned = useRef(true);
  const tell = useRef(onAtEnd);
  tell.current = onAtEnd;
  const before = useRef(written);
  const [isAtEnd, setIsAtEnd] = useState(true);

  function hold(): void {
    const element = list.current;
    if (!element) return;
    pinned.current = element.scrollHeight - element.scrollTop - element.clientHeight < END_PX;
    setIsAtEnd(pinned.current);
    tell.current(pinned.current && !document.hidden);
  }

  function toEnd(): void {
    const element = list.current;
    if (!element) return;
    element.scrollTop = element.scrollHeight;
    hold();
  }

  useLayoutEffect(() => {
    const hasWritten = written > before.current;
    before.current = written;
    if (hasWritten) toEnd();
  }, [written]);

  useEffect(() => {
    const element = list.current;
    if (!element) return;
    // Also when a keyboard opens, or the picture above becomes another size.
    const observer = new ResizeObserver(() => {
      if (pinned.current) toEnd();
    });
    observer.observe(element);
    if (content.current) observer.observe(content.current);
    element.addEventListener('scroll', hold, { passive: true });
    document.addEventListener('visibilitychange', hold);
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', hold);
      document.removeEventListener('visibilitychange', hold);
    };
  }, []);

  return { list, content, isAtEnd, toEnd };
}
