import { useEffect, useState } from 'preact/hooks';
import type { ListeningModel } from '../../state/live/liveModels.ts';
import type { Failure } from '../../state/models.ts';
import { Field } from '../components/Field.tsx';
import { FailureNote } from '../components/FailureNote.tsx';
import { clockTime } from '../clockTime.ts';
import { hasAccount, useApp } from '../context.ts';
import { followLink } from '../router.ts';
import { useLasting } from '../useLasting.ts';
import { useNow } from '../useNow.ts';
import { useLiveTexts } from './useLiveTexts.ts';

const SECOND_MS = 1_000;
/** An answer takes a part of a second: the PIN is compared slowly on purpose. */
const SLOW_AFTER_MS = 3_000;
const USUAL_WAIT_MS = 60_000;

/** Asks for the PIN, and says what came of it. */
export function PinForm({ listening }: { listening: ListeningModel }) {
  const { pin: words } = useLiveTexts();
  const { session } = useApp();
  const [pin, setPin] = useState('');
  const access = listening.access.value;
  const { lost, failure, asking } =
    access.is === 'needed' ? access : { lost: false, failure: null, asking: false };
  const waits = useWait(failure);
  const isWrong = failure?.code === 'PASSCODE_WRONG' || failure?.code === 'PASSCODE_REQUIRED';
  const isSlow = useLasting(asking, SLOW_AFTER_MS);
  return (
    <form
      class="card live-pin"
      onSubmit={(event) => {
        event.preventDefault();
        if (!asking && waits === 0 && pin !== '') void listening.enter(pin);
      }}
    >
      <h1>{listening.room.value?.title}</h1>
      <p class="muted" role={lost ? 'alert' : undefined}>
        {lost ? (
          <>
            <strong>{words.lost}</strong>
            <br />
            {words.lostHint}
          </>
        ) : (
          words.hint
        )}
      </p>
      <Field
        label={words.label}
        autocomplete="off"
        autofocus
        required
        maxLength={64}
        testId="live-pin"
        value={pin}
        error={isWrong ? words.wrong : undefined}
        onInput={setPin}
      />
      {waits > 0 && (
        <p class="field-error" data-testid="too-many-tries">
          {words.tooMany(clockTime(waits))}
        </p>
      )}
      {failure && !isWrong && failure.code !== 'RATE_LIMITED' && <FailureNote failure={failure} />}
      <button
        type="submit"
        class="button primary large block"
        aria-disabled={asking || waits > 0}
        aria-busy={asking}
      >
        {asking ? words.entering : words.enter}
      </button>
      <p class="visually-hidden" role="status">
        {isWrong && words.wrong}
        {failure?.code === 'RATE_LIMITED' && words.tooMany(clockTime(secondsOf(failure)))}
        {isSlow && words.slow}
      </p>
      {isSlow && <p class="muted small">{words.slow}</p>}
      {!hasAccount(session.user.value) && (
        <p class="muted small">
          <a href={`/sign-in?next=${encodeURIComponent(location.pathname)}`} onClick={followLink}>
            {words.host}
          </a>
        </p>
      )}
    </form>
  );
}

function secondsOf({ retryAfterMs = USUAL_WAIT_MS }: Failure): number {
  return Math.ceil(retryAfterMs / SECOND_MS);
}

/** Seconds until another try is taken; 0: now. */
function useWait(failure: Failure | null): number {
  const now = useNow(SECOND_MS);
  const [until, setUntil] = useState(0);
  useEffect(() => {
    const limited = failure?.code === 'RATE_LIMITED';
    setUntil(limited ? Date.now() + secondsOf(failure) * SECOND_MS : 0);
  }, [failure]);
  return Math.max(0, Math.ceil((until - now) / SECOND_MS));
}
