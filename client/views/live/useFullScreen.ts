import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useQuiet } from '../useQuiet.ts';

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
  const quiet = useQuiet(on);
  useEffect(() => {
    const update = (): void => setOn(document.fullscreenElement !== null);
    document.addEventListener('fullscreenchange', update);
    return () => document.removeEventListener('fullscreenchange', update);
  }, []);

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
