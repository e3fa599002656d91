import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** In full screen the controls go after so long without a movement. */
const QUIET_AFTER_MS = 3_000;

export interface FullScreen {
  readonly isPossible: boolean;
  readonly on: boolean;
  /** On, and nobody has moved or typed for a while. */
  readonly quiet: boolean;
  readonly toggle: () => void;
}

/** Phones of Apple's fill the screen with a video only. */
interface FullScreenVideo extends HTMLVideoElement {
  webkitEnterFullscreen?: () => void;
}

/** Fills the screen with `root`, or with the video alone where nothing else can. */
export function useFullScreen(
  root: RefObject<HTMLElement | null>,
  video: RefObject<FullScreenVideo | null>,
): FullScreen {
  const [on, setOn] = useState(false);
  const [quiet, setQuiet] = useState(false);
  useEffect(() => {
    const update = (): void => setOn(document.fullscreenElement !== null);
    document.addEventListener('fullscreenchange', update);
    return () => document.removeEventListener('fullscreenchange', update);
  }, []);
  useEffect(() => {
    setQuiet(false);
    if (!on) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wake = (): void => {
      setQuiet(false);
      clearTimeout(timer);
      timer = setTimeout(() => setQuiet(true), QUIET_AFTER_MS);
    };
    const events = ['pointermove', 'pointerdown', 'keydown', 'focusin'];
    for (const name of events) addEventListener(name, wake);
    wake();
    return () => {
      clearTimeout(timer);
      for (const name of events) removeEventListener(name, wake);
    };
  }, [on]);

  const isPossible =
    document.fullscreenEnabled || 'webkitEnterFullscreen' in HTMLVideoElement.prototype;
  return {
    ...{ isPossible, on, quiet },
    toggle() {
      if (document.fullscreenElement) void document.exitFullscreen();
      else if (document.fullscreenEnabled) {
        // It may be refused: then nothing changes.
        root.current?.requestFullscreen().catch(() => undefined);
      } else video.current?.webkitEnterFullscreen?.();
    },
  };
}
