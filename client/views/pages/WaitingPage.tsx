import { WifiOff } from 'lucide';
import { useEffect } from 'preact/hooks';
import type { WaitingModel } from '../../state/models.ts';
import { CallNotice } from '../calls/CallNotice.tsx';
import { DevicePickers } from '../components/DevicePickers.tsx';
import { Icon } from '../components/Icon.tsx';
import { Shell } from '../components/Shell.tsx';
import { useApp, useTexts } from '../context.ts';
import { playChime } from '../chime.ts';
import { useNow } from '../useNow.ts';
import { useUnhurried } from '../useUnhurried.ts';
import { HostMessage } from './HostMessage.tsx';
import { Preview } from './Preview.tsx';

const MINUTE_MS = 60_000;
const LOOK_EVERY_MS = 10_000;
/** A place in line is read out at most so often. */
const READ_EVERY_MS = 10_000;

/** In the waiting room: for whom, for how long, and everything that can be tried out meanwhile. */
export function WaitingPage({ waiting }: { waiting: WaitingModel }) {
  const texts = useTexts();
  const words = texts.hosting.waiting;
  const { meeting } = waiting;
  const message = waiting.message.value;
  const position = words.position(waiting.position.value);
  const read = useUnhurried([position, message].filter(Boolean).join(' '), READ_EVERY_MS);
  useChimeOnEntry();
  return (
    <Shell title={`${words.pageTitle} – ${meeting.title}`}>
      <div class="lobby" data-testid="waiting-page">
        <Preview />
        <section class="lobby-side">
          <h1>{meeting.title}</h1>
          <p class="muted">{texts.lobby.hostedBy(meeting.hostName)}</p>
          <Away waiting={waiting} />
          <div class="note waiting-note">
            <div class="note-text">
              <strong data-testid="waiting-position">{position}</strong>
              <span>{words.hint}</span>
              <Waited since={waiting.since} />
            </div>
          </div>
          <CallNotice />
          {message !== null && <HostMessage message={message} />}
          <button type="button" class="button large block" onClick={() => void waiting.leave()}>
            {words.leave}
          </button>
          <p class="visually-hidden" role="status">
            {read}
          </p>
        </section>
        <section class="lobby-devices" aria-label={texts.settings.devices}>
          <DevicePickers />
        </section>
      </div>
    </Shell>
  );
}

function Waited({ since }: { since: number }) {
  const texts = useTexts();
  const minutes = Math.max(0, Math.floor((useNow(LOOK_EVERY_MS) - since) / MINUTE_MS));
  return (
    <span class="muted small">{texts.hosting.waiting.waitedFor(texts.time.duration(minutes))}</span>
  );
}

/** The connection is away; the place is not. */
function Away({ waiting }: { waiting: WaitingModel }) {
  const texts = useTexts();
  const words = texts.connection;
  const connection = waiting.connection.value;
  if (connection.is === 'connected') return null;
  const offline = connection.is === 'offline';
  return (
    <div class="note note-warning" role="status" data-testid="connection-banner">
      <Icon of={WifiOff} />
      <div class="note-text">
        <strong>{offline ? words.offline : words.reconnecting}</strong>
        <span>
          {offline ? texts.hosting.waiting.offlineHint : words[connection.step]}{' '}
          {texts.hosting.waiting.placeKept}
        </span>
        {!offline && (
          <button type="button" class="button" onClick={() => waiting.reconnectNow()}>
            {words.retryNow}
          </button>
        )}
      </div>
    </div>
  );
}

/** Whoever waits may look elsewhere: being let in is heard. */
function useChimeOnEntry(): void {
  const { meeting, preferences } = useApp();
  useEffect(
    () => () => {
      if (meeting.peek() && preferences.sounds.peek()) playChime('joined');
    },
    [],
  );
}
