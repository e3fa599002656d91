import { Radio } from 'lucide';
import { useId, useState } from 'preact/hooks';
import type { MeetingView } from '../../../protocol/meetings.ts';
import type { Texts } from '../../i18n/texts.ts';
import type { Failure, JoinOptions, LobbyModel } from '../../state/models.ts';
import { CallNotice } from '../calls/CallNotice.tsx';
import { useCallPartner } from '../calls/useCall.ts';
import { DevicePickers } from '../components/DevicePickers.tsx';
import { Field } from '../components/Field.tsx';
import { Icon } from '../components/Icon.tsx';
import { Shell } from '../components/Shell.tsx';
import { hasAccount, useApp, useTexts } from '../context.ts';
import { followLink } from '../router.ts';
import { NotStarted } from './NotStarted.tsx';
import { Preview } from './Preview.tsx';
import { Refusal } from './Refusal.tsx';

/** Refusals that another try from this page cannot change. */
const FINAL = new Set<Failure['code']>(['ENDED', 'NOT_FOUND', 'BANNED', 'BROWSER_UNSUPPORTED']);

interface DoorProps {
  lobby: LobbyModel;
  meeting: MeetingView;
  passcode: string;
  onPasscode: (passcode: string) => void;
  onJoin: (options?: JoinOptions) => void;
}

/** Before a meeting: how one looks and sounds, a name, and the way in. */
export function Door({ meeting, ...rest }: DoorProps) {
  const texts = useTexts();
  const { lobby, onJoin } = rest;
  const over = meeting.endedAt !== null;
  const failure = lobby.failure.value ?? (over ? { code: 'ENDED' as const } : null);
  const closed = failure !== null && FINAL.has(failure.code);
  const starts = closed ? null : startOf(texts, meeting);
  return (
    <Shell title={meeting.title}>
      <div class="lobby">
        <Preview />
        <section class="lobby-side">
          <h1>{meeting.title}</h1>
          <p class="muted">
            {texts.lobby.hostedBy(meeting.hostName)}
            {starts !== null && (
              <>
                <br />
                {starts}
              </>
            )}
          </p>
          {!closed && <BroadcastNote lobby={lobby} meeting={meeting} />}
          {failure?.code === 'NOT_STARTED' && <NotStarted meeting={meeting} onOpen={onJoin} />}
          {failure && failure.code !== 'NOT_STARTED' && (
            <Refusal failure={failure} busy={lobby.joining.value} onJoin={onJoin} />
          )}
          {!closed &&
            (failure?.code === 'ALREADY_JOINED' ? (
              <CallNotice />
            ) : (
              <JoinForm meeting={meeting} {...rest} />
            ))}
        </section>
        <section class="lobby-devices" aria-label={texts.settings.devices}>
          <DevicePickers />
        </section>
      </div>
    </Shell>
  );
}

/** That people outside see and hear it, now or when it begins, before anybody joins. */
function BroadcastNote({ lobby, meeting }: { lobby: LobbyModel; meeting: MeetingView }) {
  const { notices, lobby: words } = useTexts();
  const { roomId, recording } = lobby.broadcast.value;
  const isToBe = !recording && meeting.settings.recordAutomatically !== 'off';
  if (roomId === null && !recording && !isToBe) return null;
  return (
    <div class="note" role="note" data-testid="door-broadcast">
      <Icon of={Radio} />
      <div class="note-text">
        {roomId !== null && <span>{notices['on-air']([], 1)}</span>}
        {recording && <span>{notices['recording-began']([], 1)}</span>}
        {isToBe && <span>{words.recordedAutomatically}</span>}
      </div>
    </div>
  );
}

/** When a meeting begins, if that is still to come. */
function startOf(texts: Texts, { startsAt }: MeetingView): string | null {
  if (startsAt === null || Date.parse(startsAt) < Date.now()) return null;
  const format = new Intl.DateTimeFormat(texts.locale, { dateStyle: 'full', timeStyle: 'short' });
  return texts.home.starts(format.format(new Date(startsAt)));
}

function JoinForm({ lobby, meeting, passcode, onPasscode, onJoin }: DoorProps) {
  const texts = useTexts();
  const { session } = useApp();
  const noticeId = useId();
  const inCall = useCallPartner() !== null;
  const [nameMissing, setNameMissing] = useState(false);
  const user = session.user.value;
  const account = hasAccount(user);
  const asksPasscode = meeting.hasPasscode && user?.id !== meeting.hostId;
  const joining = lobby.joining.value;

  function submit(): void {
    if (lobby.displayName.value.trim() === '' && !account) setNameMissing(true);
    else onJoin();
  }

  return (
    <form
      class="join-form"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Field
        label={texts.lobby.yourName}
        name="name"
        autocomplete="name"
        maxLength={80}
        testId="display-name"
        value={lobby.displayName.value}
        error={nameMissing ? texts.lobby.nameMissing : undefined}
        onInput={(value) => {
          setNameMissing(false);
          lobby.setDisplayName(value);
        }}
      />
      {asksPasscode && (
        <Field
          label={texts.lobby.passcode}
          autocomplete="off"
          required
          maxLength={64}
          testId="passcode"
          value={passcode}
          onInput={onPasscode}
        />
      )}
      <CallNotice id={noticeId} />
      <button
        type="submit"
        class="button primary large block"
        aria-describedby={inCall ? noticeId : undefined}
        data-testid="join-button"
        disabled={joining}
        aria-busy={joining}
      >
        {joining ? texts.lobby.joining : texts.lobby.join}
      </button>
      {!account && (
        <p class="muted small">
          {texts.lobby.asGuest}{' '}
          <a href={`/sign-in?next=${encodeURIComponent(location.pathname)}`} onClick={followLink}>
            {texts.lobby.signInInstead}
          </a>
        </p>
      )}
    </form>
  );
}
