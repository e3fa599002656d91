import { useEffect, useState } from 'preact/hooks';
import type { Question } from '../hosting/ask.ts';
import type { ViewMode } from './composition.ts';

/** What of the meeting's page is open, and how to change it. */
export interface MeetingActions {
  readonly mode: ViewMode;
  readonly panel: 'people' | 'tools' | 'chat' | null;
  readonly fullScreen: boolean;
  readonly dialog: 'settings' | 'help' | null;
  readonly question: Question | null;
  toggleMode: () => void;
  togglePeople: () => void;
  toggleTools: () => void;
  showPeople: () => void;
  toggleChat: () => void;
  showChat: () => void;
  toggleFullScreen: () => void;
  popOut: () => void;
  showSettings: () => void;
  showHelp: () => void;
  ask: (question: Question) => void;
  closeDialog: () => void;
}

export function useMeetingActions(): MeetingActions {
  const [mode, setMode] = useState<ViewMode>('grid');
  const [panel, setPanel] = useState<MeetingActions['panel']>(null);
  const [question, setQuestion] = useState<Question | null>(null);
  const [dialog, setDialog] = useState<MeetingActions['dialog']>(null);
  const [fullScreen, setFullScreen] = useState(false);
  useEffect(() => {
    const update = (): void => setFullScreen(document.fullscreenElement !== null);
    document.addEventListener('fullscreenchange', update);
    return () => document.removeEventListener('fullscreenchange', update);
  }, []);
  return {
    mode,
    panel,
    fullScreen,
    dialog,
    question,
    toggleMode: () => setMode(mode === 'grid' ? 'speaker' : 'grid'),
    togglePeople: () => setPanel(panel === 'people' ? null : 'people'),
    toggleTools: () => setPanel(panel === 'tools' ? null : 'tools'),
    showPeople: () => setPanel('people'),
    toggleChat: () => setPanel(panel === 'chat' ? null : 'chat'),
    showChat: () => setPanel('chat'),
    toggleFullScreen: () => void toggleFullScreen(),
    popOut: () => void popOut(),
    showSettings: () => setDialog('settings'),
    showHelp: () => setDialog(dialog === 'help' ? null : 'help'),
    ask: setQuestion,
    closeDialog: () => {
      setDialog(null);
      setQuestion(null);
    },
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
