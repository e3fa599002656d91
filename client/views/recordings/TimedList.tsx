import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { currentMessage } from '../../state/recordings/currentMessage.ts';
import { lengthText } from './figures.ts';
import { useRecordingTexts } from './useRecordingTexts.ts';

/** Something that was written or said at one moment of a recording. */
export interface TimedItem {
  id: string;
  /** Milliseconds after the recording's beginning. */
  offsetMs: number;
  /** Whose it is, if that is known. */
  name: string | null;
  text: string;
  /** What else there is to say of it. */
  note?: string;
}

/** Seeking lands a little before what was asked for: the item is the current one all the same. */
const SLACK_MS = 250;
/** What a reader does to the list. */
const BY_HAND = ['wheel', 'touchmove', 'keydown'] as const;

interface TimedListProps {
  label: string;
  /** In the order of their places. */
  items: readonly TimedItem[];
  video: RefObject<HTMLVideoElement | null>;
}

/** Goes along with the player until somebody scrolls by hand, and the player goes where somebody clicks. */
export function TimedList({ label, items, video }: TimedListProps) {
  const { beside } = useRecordingTexts();
  const list = useRef<HTMLOListElement>(null);
  const current = useCurrent(items, video);
  const [follows, setFollows] = useState(true);
  useEffect(() => {
    const element = list.current;
    const leave = (): void => setFollows(false);
    for (const name of BY_HAND) element?.addEventListener(name, leave, { passive: true });
    return () => {
      for (const name of BY_HAND) element?.removeEventListener(name, leave);
    };
  }, []);
  useEffect(() => {
    if (follows) showIn(list.current, current);
  }, [current, follows]);
  return (
    <>
      <ol ref={list} class="recording-messages" tabIndex={0} aria-label={label}>
        {items.map(({ id, offsetMs, name, text, note }, index) => (
          <li key={id} class={index === current ? 'current' : ''}>
            <button
              type="button"
              aria-current={index === current ? 'true' : undefined}
              title={beside.seek(lengthText(offsetMs))}
              onClick={() => {
                if (video.current) video.current.currentTime = offsetMs / 1_000;
                setFollows(true);
              }}
            >
              <span class="recording-message-head">
                {name !== null && <strong dir="auto">{name}</strong>}
                <span class="muted small">
                  {lengthText(offsetMs)}
                  {note !== undefined && ` · ${note}`}
                </span>
              </span>
              <span dir="auto" class="recording-message-text">
                {text}
              </span>
            </button>
          </li>
        ))}
      </ol>
      {!follows && (
        <button type="button" class="button small" onClick={() => setFollows(true)}>
          {beside.follow}
        </button>
      )}
    </>
  );
}

/** Index of what was last, as the player goes; −1: nothing yet. */
function useCurrent(
  items: readonly TimedItem[],
  video: RefObject<HTMLVideoElement | null>,
): number {
  const [current, setCurrent] = useState(-1);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    const update = (): void => {
      setCurrent(currentMessage(items, element.currentTime * 1_000 + SLACK_MS));
    };
    const events = ['timeupdate', 'seeking', 'seeked'];
    for (const name of events) element.addEventListener(name, update);
    update();
    return () => {
      for (const name of events) element.removeEventListener(name, update);
    };
  }, [items]);
  return current;
}

/** Scrolls the list alone, and not the page with it. */
function showIn(list: HTMLElement | null, index: number): void {
  const item = list?.children[index];
  if (!list || !(item instanceof HTMLElement)) return;
  const top = item.offsetTop - list.offsetTop;
  list.scrollTop = top - (list.clientHeight - item.offsetHeight) / 2;
}
