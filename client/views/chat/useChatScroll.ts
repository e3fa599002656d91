import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { RoomModel } from '../../state/chatModels.ts';

/** So near to an end, what comes after it is fetched. */
const NEAR_PX = 800;
/** So near to the end counts as being there. */
const END_PX = 48;

interface ChatScroll {
  list: RefObject<HTMLDivElement | null>;
  /** All that is in the list. */
  content: RefObject<HTMLDivElement | null>;
  /** Whether the end is before the user's eyes. */
  atEnd: boolean;
  toEnd: () => void;
  /** Brings a row into the middle, and marks it for a moment. */
  reveal: (seq: number) => void;
}

/**
 * Keeps what is looked at where it is: at the end while one is there, else the first row that is seen,
 * whatever is put in or taken away above it. Tells the room what is before the user's eyes.
 */
export function useChatScroll(room: RoomModel, version: unknown): ChatScroll {
  const list = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const pinned = useRef(true);
  const anchor = useRef<{ key: string; top: number } | null>(null);
  const fetching = useRef(false);
  const begun = useRef(false);
  const wanted = useRef<number | null>(null);
  const [atEnd, setAtEnd] = useState(true);

  function hold(): void {
    const element = list.current;
    if (!element) return;
    const end = element.scrollHeight - element.scrollTop - element.clientHeight < END_PX;
    pinned.current = end && room.atNewest.value;
    setAtEnd(pinned.current);
    const top = element.scrollTop;
    const first = rowsIn(element).find((row) => row.offsetTop + row.offsetHeight > top);
    anchor.current = first ? { key: first.dataset['key'] ?? '', top: first.offsetTop - top } : null;
    see(element);
    void fetchMore(element);
  }

  /** Only what is looked at counts as seen. */
  function see(element: HTMLElement): void {
    if (document.hidden || !document.hasFocus()) return;
    const [top, bottom] = [element.scrollTop, element.scrollTop + element.clientHeight];
    const seqs = new Set(
      rowsIn(element)
        .filter((row) => row.offsetTop < bottom && row.offsetTop + row.offsetHeight > top)
        .map((row) => Number(row.dataset['seq'])),
    );
    room.markSeen(room.messages.value.filter(({ seq }) => seqs.has(seq)));
  }

  async function fetchMore(element: HTMLElement): Promise<void> {
    // What is not drawn has no ends.
    if (fetching.current || element.clientHeight === 0) return;
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    const older = element.scrollTop < NEAR_PX && !room.atOldest.value;
    const newer = below < NEAR_PX && !room.atNewest.value;
    if (!older && !newer) return;
    fetching.current = true;
    try {
      await (older ? room.loadOlder() : room.loadNewer());
    } catch {
      // Asked for again with the next movement.
      fetching.current = false;
      return;
    }
    // Once it is drawn; a short page may not have been enough.
    requestAnimationFrame(() => {
      fetching.current = false;
      if (list.current) void fetchMore(list.current);
    });
  }

  /** The first time: at the line of what is new, else at the end. */
  function begin(element: HTMLElement): boolean {
    if (begun.current || room.messages.value.length === 0) return false;
    begun.current = true;
    const line = element.querySelector<HTMLElement>('[data-key="new"]');
    pinned.current = line === null;
    if (line) element.scrollTop = line.offsetTop - element.clientHeight / 3;
    return true;
  }

  /** Goes to what was asked for, once it is there. */
  function goToWanted(element: HTMLElement): boolean {
    const row = element.querySelector<HTMLElement>(`[data-seq="${wanted.current ?? ''}"]`);
    if (!row) return false;
    wanted.current = null;
    pinned.current = false;
    element.scrollTop = row.offsetTop - element.clientHeight / 3;
    row.classList.add('revealed');
    setTimeout(() => row.classList.remove('revealed'), 2_000);
    return true;
  }

  function place(): void {
    const element = list.current;
    if (!element) return;
    const jumped = begin(element) || goToWanted(element);
    if (pinned.current) element.scrollTop = element.scrollHeight;
    else if (!jumped && anchor.current) {
      const { key, top } = anchor.current;
      const row = rowsIn(element).find((one) => one.dataset['key'] === key);
      if (row) element.scrollTop = row.offsetTop - top;
    }
    hold();
  }

  useLayoutEffect(place, [version]);

  useEffect(() => {
    const element = list.current;
    if (!element) return;
    const look = (): void => see(element);
    // A keyboard that opens, a panel that is resized, or a row that grows must not hide what came last.
    const observer = new ResizeObserver(() => {
      if (pinned.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    if (content.current) observer.observe(content.current);
    element.addEventListener('scroll', hold, { passive: true });
    addEventListener('focus', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', hold);
      removeEventListener('focus', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [room]);

  return {
    list,
    content,
    atEnd,
    toEnd() {
      pinned.current = true;
      anchor.current = null;
      if (room.atNewest.value) place();
      else void room.toNewest().then(place, () => undefined);
    },
    reveal(seq) {
      wanted.current = seq;
      room.showAround(seq).then(place, () => undefined);
    },
  };
}

/** Messages only: the line of a day stays the first whatever comes before it. */
function rowsIn(element: HTMLElement): HTMLElement[] {
  return [...element.querySelectorAll<HTMLElement>('.message-place')];
}
