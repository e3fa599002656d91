import { useEffect, useState } from 'preact/hooks';
import '../../styles/lobby.css';
import type { JoinOptions, LobbyModel } from '../../state/models.ts';
import { FailureNote } from '../components/FailureNote.tsx';
import { HomeLink } from '../components/HomeLink.tsx';
import { Shell } from '../components/Shell.tsx';
import { useApp, useTexts } from '../context.ts';
import { path } from '../router.ts';
import { DeniedPage } from './DeniedPage.tsx';
import { Door } from './Door.tsx';
import { WaitingPage } from './WaitingPage.tsx';

/** Everything between a link and its meeting: the door, the waiting room, and being turned away. */
export function LobbyPage({ lobby }: { lobby: LobbyModel }) {
  const texts = useTexts();
  const { session, returnTo, devices } = useApp();
  const [passcode, setPasscode] = useState('');
  const [returning, setReturning] = useState(
    () => returnTo !== null && path.value === `/m/${returnTo}`,
  );
  const meeting = lobby.meeting.value;
  const waiting = lobby.waiting.value;
  const denial = lobby.denial.value;
  const failure = lobby.failure.value;
  const restoring = session.restoring.value;

  useEffect(() => {
    if (restoring) return;
    void lobby.load();
    // So that nothing has to be fetched once the meeting begins.
    void import('../meeting/MeetingPage.tsx');
  }, [restoring]);
  useEffect(() => {
    if (restoring || !returning) return;
    // Reloaded inside the meeting: back into it, with the devices as they were.
    void devices.open();
    void lobby.join({});
  }, [restoring]);
  useEffect(() => {
    if (waiting || denial || failure) setReturning(false);
  }, [waiting, denial, failure]);

  const join = (options: JoinOptions = {}): void => {
    void lobby.join(passcode === '' ? options : { ...options, passcode });
  };

  if (waiting) return <WaitingPage waiting={waiting} />;
  if (denial) return <DeniedPage denial={denial} busy={lobby.joining.value} onAsk={join} />;
  if (returning && !failure) return <Loading text={texts.lobby.returning} />;
  if (meeting.is === 'loading' || restoring) return <Loading text={texts.app.loading} />;
  if (meeting.is === 'failed') {
    return (
      <Shell>
        <section class="message-page">
          <FailureNote failure={meeting.failure} />
          <div class="actions actions-centered">
            <button type="button" class="button" onClick={() => void lobby.load()}>
              {texts.app.retry}
            </button>
            <HomeLink />
          </div>
        </section>
      </Shell>
    );
  }
  return (
    <Door
      lobby={lobby}
      meeting={meeting.value}
      passcode={passcode}
      onPasscode={setPasscode}
      onJoin={join}
    />
  );
}

function Loading({ text }: { text: string }) {
  return (
    <div class="page-loading" role="status">
      <span class="spinner" />
      {text}
    </div>
  );
}
