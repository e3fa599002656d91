import { Volume2 } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import '../../styles/meeting.css';
import '../../styles/stage.css';
import '../../styles/bar.css';
import '../../styles/panel.css';
import type { MeetingModel, SwitchModel } from '../../state/models.ts';
import { Confirm, Dialog } from '../components/Dialog.tsx';
import { Icon } from '../components/Icon.tsx';
import { SettingsDialog } from '../components/SettingsDialog.tsx';
import { ShortcutList } from '../components/ShortcutList.tsx';
import { useTexts } from '../context.ts';
import { usePageTitle } from '../usePageTitle.ts';
import { ConnectionBanner } from './ConnectionBanner.tsx';
import { ControlBar } from './ControlBar.tsx';
import { Notices, Reactions } from './Passing.tsx';
import { PeoplePanel } from './PeoplePanel.tsx';
import { Stage } from './Stage.tsx';
import { useMediaSession } from './useMediaSession.ts';
import { useMeetingActions } from './useMeetingActions.ts';
import { useShortcuts } from './useShortcuts.ts';

/** In full screen the bar goes after so long without a movement. */
const QUIET_AFTER_MS = 3_000;

/** A meeting as those who are in it see it. */
export function MeetingPage({ meeting }: { meeting: MeetingModel }) {
  const texts = useTexts();
  const actions = useMeetingActions();
  const [pinned, setPinned] = useState<string | null>(null);
  const quiet = useQuiet(actions.fullScreen);
  const { microphone, camera, screen, hand } = meeting;
  const classes = ['meeting', actions.fullScreen && 'full', quiet && 'quiet'].filter(Boolean);

  usePageTitle(meeting.meeting.value.title);
  useMediaSession(meeting, actions.popOut);
  useShortcuts({
    keys: {
      m: () => toggle(microphone),
      v: () => toggle(camera),
      s: () => meeting.canShare.value && toggle(screen),
      h: () => toggle(hand),
      p: actions.togglePeople,
      g: actions.toggleMode,
      f: actions.toggleFullScreen,
      '?': actions.showHelp,
    },
    mayTalk: () => !microphone.on.value,
    onTalk: (talking) => void microphone.set(talking),
  });

  return (
    <div class={classes.join(' ')}>
      <div class="banners">
        <ConnectionBanner meeting={meeting} />
        {meeting.soundBlocked.value && (
          <div class="connection-banner" role="status">
            <Icon of={Volume2} size={18} />
            <span>{texts.meeting.soundBlocked}</span>
            <button
              type="button"
              class="button on-dark"
              onClick={() => void meeting.unblockSound()}
            >
              {texts.meeting.turnOnSound}
            </button>
          </div>
        )}
      </div>
      <div class="meeting-body">
        <main class="stage-area" id="content">
          <h1 class="visually-hidden">{meeting.meeting.value.title}</h1>
          <Stage meeting={meeting} mode={actions.mode} pinned={pinned} onPin={setPinned} />
          <Reactions meeting={meeting} />
          <Notices meeting={meeting} />
        </main>
        {actions.panelOpen && <PeoplePanel meeting={meeting} onClose={actions.togglePeople} />}
      </div>
      <footer class="meeting-foot">
        <ControlBar meeting={meeting} actions={actions} />
      </footer>
      {actions.dialog === 'settings' && <SettingsDialog onClose={actions.closeDialog} />}
      {actions.dialog === 'help' && (
        <Dialog title={texts.shortcuts.title} onClose={actions.closeDialog}>
          <ShortcutList />
        </Dialog>
      )}
      {actions.dialog === 'end' && (
        <Confirm
          title={texts.meeting.endConfirm}
          hint={texts.meeting.endConfirmHint}
          action={texts.meeting.endForAll}
          onConfirm={() => void meeting.endForAll()}
          onClose={actions.closeDialog}
        />
      )}
    </div>
  );
}

function toggle(of: SwitchModel): void {
  void of.set(!of.on.value);
}

/** True after a while without a movement, a key or a touch, while `enabled`. */
function useQuiet(enabled: boolean): boolean {
  const [quiet, setQuiet] = useState(false);
  useEffect(() => {
    if (!enabled) {
      setQuiet(false);
      return;
    }
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
  }, [enabled]);
  return quiet;
}
