import { useEffect, useState } from 'preact/hooks';
import type { MeetingView } from '../../../protocol/meetings.ts';
import type { Texts } from '../../i18n/texts.ts';
import type { Failure, LobbyModel } from '../../state/models.ts';
import { DevicePickers } from '../components/DevicePickers.tsx';
import { FailureNote } from '../components/FailureNote.tsx';
import { Field } from '../components/Field.tsx';
import { Shell } from '../components/Shell.tsx';
import { hasAccount, useApp, useTexts } from '../context.ts';
import { followLink, path } from '../router.ts';
import { NotStarted } from './NotStarted.tsx';
import { Preview } from './Preview.tsx';

/** Refusals that another try from this page cannot change. */
const FINAL = new Set<Failure['code']>(['ENDED', 'NOT_FOUND', 'BANNED', 'BROWSER_UNSUPPORTED']);

/** Before a meeting: how one looks and sounds, a name, and the way in. */
export function LobbyPage({ lobby }: { lobby: LobbyModel }) {
  const texts = useTexts();
  const { session, returnTo, devices } = useApp();
  const meeting = lobby.meeting.value;
  const restoring = session.restoring.value;
  const returning = returnTo !== null && path.value === `/m/${returnTo}`;

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

  if (returning && !lobby.failure.value) {
    return (
      <div class="page-loading" role="status">
        <span class="spinner" />
        {texts.lobby.returning}
      </div>
    );
  }
  if (meeting.is === 'loading' || restoring) {
    return (
      <div class="page-loading" role="status">
        <span class="spinner" />
        {texts.app.loading}
      </div>
    );
  }
  if (meeting.is === 'failed') {
    return (
      <Shell>
        <section class="message-page">
          <FailureNote failure={meeting.failure} />
          <div class="actions actions-centered">
            <button type="button" class="button" onClick={() => void lobby.load()}>
              {texts.app.retry}
            </button>
            <a class="button" href="/" onClick={followLink}>
              {texts.app.home}
            </a>
          </div>
        </section>
      </Shell>
    );
  }
  return <Door lobby={lobby} meeting={meeting.value} />;
}

function Door({ lobby, meeting }: { lobby: LobbyModel; meeting: MeetingView }) {
  const texts = useTexts();
  const { session } = useApp();
  const isHost = session.user.value?.id === meeting.hostId;
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
          {failure?.code === 'NOT_STARTED' && (
            <NotStarted meeting={meeting} onOpen={() => void lobby.join({})} />
          )}
          {failure && failure.code !== 'NOT_STARTED' && <Refusal lobby={lobby} failure={failure} />}
          {!closed && <JoinForm lobby={lobby} asksPasscode={meeting.hasPasscode && !isHost} />}
        </section>
        <section class="lobby-devices" aria-label={texts.settings.devices}>
          <DevicePickers />
        </section>
      </div>
    </Shell>
  );
}

/** When a meeting begins, if that is still to come. */
function startOf(texts: Texts, { startsAt }: MeetingView): string | null {
  if (startsAt === null || Date.parse(startsAt) < Date.now()) return null;
  const format = new Intl.DateTimeFormat(texts.locale, { dateStyle: 'full', timeStyle: 'short' });
  return texts.home.starts(format.format(new Date(startsAt)));
}

function JoinForm({ lobby, asksPasscode }: { lobby: LobbyModel; asksPasscode: boolean }) {
  const texts = useTexts();
  const { session } = useApp();
  const [passcode, setPasscode] = useState('');
  const [nameMissing, setNameMissing] = useState(false);
  const account = hasAccount(session.user.value);
  const joining = lobby.joining.value;

  function submit(): void {
    if (lobby.displayName.value.trim() === '' && !account) {
      setNameMissing(true);
      return;
    }
    void lobby.join(passcode === '' ? {} : { passcode });
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
          onInput={setPasscode}
        />
      )}
      <button
        type="submit"
        class="button primary large block"
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

function Refusal({ lobby, failure }: { lobby: LobbyModel; failure: Failure }) {
  const texts = useTexts();
  return (
    <FailureNote failure={failure}>
      {failure.code === 'ALREADY_JOINED' && (
        <button type="button" class="button" onClick={() => void lobby.join({ takeOver: true })}>
          {texts.lobby.moveHere}
        </button>
      )}
      {(failure.code === 'GUESTS_NOT_ALLOWED' || failure.code === 'UNAUTHENTICATED') && (
        <a
          class="button"
          href={`/sign-in?next=${encodeURIComponent(location.pathname)}`}
          onClick={followLink}
        >
          {texts.account.signIn}
        </a>
      )}
      {failure.code === 'CLIENT_TOO_OLD' && (
        <button type="button" class="button" onClick={() => location.reload()}>
          {texts.app.reload}
        </button>
      )}
    </FailureNote>
  );
}
