import { Volume2 } from 'lucide';
import { lazy, Suspense } from 'preact/compat';
import { useEffect, useState } from 'preact/hooks';
import '../../styles/meeting.css';
import '../../styles/stage.css';
import '../../styles/bar.css';
import '../../styles/panel.css';
import '../../styles/hosting.css';
import type { MeetingModel, Person, SwitchModel } from '../../state/models.ts';
import { Dialog } from '../components/Dialog.tsx';
import { Icon } from '../components/Icon.tsx';
import { SettingsDialog } from '../components/SettingsDialog.tsx';
import { ShortcutList } from '../components/ShortcutList.tsx';
import { useTexts } from '../context.ts';
import { HostTools } from '../hosting/HostTools.tsx';
import { Questions } from '../hosting/Questions.tsx';
import { UnmutePrompt } from '../hosting/UnmutePrompt.tsx';
import { WaitingToast } from '../hosting/WaitingToast.tsx';
import { useKeptFocus } from '../useKeptFocus.ts';
import { usePageTitle } from '../usePageTitle.ts';
import { useQuiet } from '../useQuiet.ts';
import { BroadcastBadge } from './BroadcastBadge.tsx';
import { ConnectionBanner } from './ConnectionBanner.tsx';
import { ControlBar } from './ControlBar.tsx';
import { Notices, Reactions } from './Passing.tsx';
import { CAMERA_CONTROL, MICROPHONE_CONTROL, SHARE_CONTROL } from './MediaControls.tsx';
import { PeoplePanel } from './PeoplePanel.tsx';
import { ChatNotices } from '../chat/ChatNotices.tsx';
import { Stage } from './Stage.tsx';
import { useMediaSession } from './useMediaSession.ts';
import { useMeetingActions } from './useMeetingActions.ts';
import { useShortcuts } from './useShortcuts.ts';

/** Most meetings are spoken. */
const ChatPanel = lazy(async () => (await import('../chat/ChatPanel.tsx')).ChatPanel);

/** A meeting as those who are in it see it. */
export function MeetingPage({ meeting }: { meeting: MeetingModel }) {
  const texts = useTexts();
  const actions = useMeetingActions();
  const [pinned, setPinned] = useState<string | null>(null);
  const quiet = useQuiet(actions.fullScreen);
  const { microphone, hand } = meeting;
  const classes = ['meeting', actions.fullScreen && 'full', quiet && 'quiet'].filter(Boolean);

  const isShown = (roomId: string): boolean => meeting.chat.shown.value?.roomId === roomId;
  async function writeTo({ userId }: Person): Promise<void> {
    await meeting.chat.writeTo(userId);
    if (meeting.chat.shown.value) actions.showChat();
  }

  useKeptFocus();
  useMeetingTitle(meeting);
  useMediaSession(meeting, actions.popOut);
  useShortcuts({
    keys: {
      m: () => press(MICROPHONE_CONTROL),
      v: () => press(CAMERA_CONTROL),
      s: () => press(SHARE_CONTROL),
      h: () => toggle(hand),
      a: answer,
      p: actions.togglePeople,
      c: actions.toggleChat,
      g: actions.toggleMode,
      f: actions.toggleFullScreen,
      '?': actions.showHelp,
    },
    mayTalk: () => !microphone.on.value && meeting.may('unmute') && !meeting.isCompanion.value,
    onTalk: (talking) => void microphone.set(talking),
  });

  return (
    <div class={classes.join(' ')}>
      <div class="meeting-body">
        <div class="overhead">
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
          <BroadcastBadge meeting={meeting} />
          <div class="toasts">
            <UnmutePrompt meeting={meeting} />
            {meeting.may('manage-waiting-room') && (
              <WaitingToast
                meeting={meeting}
                listed={actions.panel === 'people'}
                onView={actions.showPeople}
              />
            )}
          </div>
        </div>
        <main class="stage-area" id="content" tabIndex={-1}>
          <h1 class="visually-hidden">{meeting.meeting.value.title}</h1>
          <Stage
            meeting={meeting}
            mode={actions.mode}
            pinned={pinned}
            onPin={setPinned}
            onAsk={actions.ask}
          />
          <Reactions meeting={meeting} />
          <Notices meeting={meeting} />
        </main>
        {actions.panel === 'people' && (
          <PeoplePanel
            meeting={meeting}
            onAsk={actions.ask}
            onWriteTo={(person) => void writeTo(person)}
            onClose={actions.togglePeople}
          />
        )}
        {actions.panel === 'chat' && (
          <Suspense fallback={null}>
            <ChatPanel meeting={meeting} onClose={actions.toggleChat} />
          </Suspense>
        )}
        <ChatNotices incoming={meeting.chat.incoming} isShown={isShown} />
        {actions.panel === 'tools' && meeting.may('change-settings') && (
          <HostTools meeting={meeting} onAsk={actions.ask} onClose={actions.toggleTools} />
        )}
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
      {actions.question && (
        <Questions meeting={meeting} question={actions.question} onClose={actions.closeDialog} />
      )}
    </div>
  );
}

function toggle(of: SwitchModel): void {
  void of.set(!of.on.value);
}

/** A key does what its control does, which may be to say why it cannot. */
function press(id: string): void {
  document.getElementById(id)?.click();
}

/** Goes to who asks: somebody who waits, or a host. */
function answer(): void {
  document.querySelector<HTMLElement>('.toast .primary')?.focus();
}

/** In another tab, hosts see from the title that somebody waits. */
function useMeetingTitle(meeting: MeetingModel): void {
  const { inTitle } = useTexts().hosting.waiting;
  const [hidden, setHidden] = useState(document.hidden);
  const { title } = meeting.meeting.value;
  const waiting = meeting.host.queue.value.length;
  usePageTitle(hidden && waiting > 0 ? `${inTitle(waiting)} ${title}` : title);
  useEffect(() => {
    const update = (): void => setHidden(document.hidden);
    document.addEventListener('visibilitychange', update);
    return () => document.removeEventListener('visibilitychange', update);
  }, []);
}
