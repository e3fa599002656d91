import { useEffect, useState } from 'preact/hooks';
import type { ViewMode } from './composition.ts';

/** What of the meeting's page is open, and how to change it. */
export interface MeetingActions {
  readonly mode: ViewMode;
  readonly panelOpen: boolean;
  readonly fullScreen: boolean;
  readonly dialog: 'settings' | 'help' | 'end' | null;
  toggleMode: () => void;
  togglePeople: () => void;
  toggleFullScreen: () => void;
  popOut: () => void;
  showSettings: () => void;
  showHelp: () => void;
  askToEnd: () => void;
  closeDialog: () => void;
}

export function useMeetingActions(): MeetingActions {
  const [mode, setMode] = useState<ViewMode>('grid');
  const [panelOpen, setPanelOpen] = useState(false);
  const [dialog, setDialog] = useState<MeetingActions['dialog']>(null);
  const [fullScreen, setFullScreen] = useState(false);
  useEffect(() => {
    const update = (): void => setFullScreen(document.fullscreenElement !== null);
    document.addEventListener('fullscreenchange', update);
    return () => document.removeEventListener('fullscreenchange', update);
  }, []);
  return {
    mode,
    panelOpen,
    fullScreen,
    dialog,
    toggleMode: () => setMode(mode === 'grid' ? 'speaker' : 'grid'),
    togglePeople: () => setPanelOpen(!panelOpen),
    toggleFullScreen: () => void toggleFullScreen(),
    popOut: () => void popOut(),
    showSettings: () => setDialog('settings'),
    showHelp: () => setDialog(dialog === 'help' ? null : 'help'),
    askToEnd: () => setDialog('end'),
    closeDialog: () => setDialog(null),
  };
}

/** Browsers may refuse (iPhones always do); then nothing happens. */
async function toggleFullScreen(): Promise<void> {
  const change = document.fullscreenElement
    ? document.exitFullscreen()
    : document.documentElement.requestFullscreen();
  await change.catch(() => undefined);
}

/** Puts the largest picture of somebody else into a window of its own, or back. */
async function popOut(): Promise<void> {
  if (document.pictureInPictureElement) {
    await document.exitPictureInPicture();
    return;
  }
  const videos = [...document.querySelectorAll<HTMLVideoElement>('.stage video:not(.mirrored)')];
  const [largest] = videos.sort((a, b) => b.clientWidth - a.clientWidth);
  await largest?.requestPictureInPicture().catch(() => undefined);
}
