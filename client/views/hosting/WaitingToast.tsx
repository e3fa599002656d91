import { X } from 'lucide';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { HostingTexts } from '../../i18n/hostingTexts.ts';
import type { WaitingPerson } from '../../state/hostModels.ts';
import type { MeetingModel } from '../../state/models.ts';
import { playChime } from '../chime.ts';
import { Avatar } from '../components/Avatar.tsx';
import { Icon } from '../components/Icon.tsx';
import { useApp, useTexts } from '../context.ts';
import { useBusy } from '../useBusy.ts';
import { useUnhurried } from '../useUnhurried.ts';

/** Who waits is read out, and heard, at most so often. */
const TELL_EVERY_MS = 5_000;

interface WaitingToastProps {
  meeting: MeetingModel;
  /** The list of those who wait is open already. */
  listed: boolean;
  onView: () => void;
}

/** Tells hosts who is at the door, whatever else is open; gone until somebody else comes if they like. */
export function WaitingToast({ meeting, listed, onView }: WaitingToastProps) {
  const words = useTexts().hosting.waiting;
  const queue = meeting.host.queue.value;
  const [putOff, setPutOff] = useState<ReadonlySet<string>>(new Set());
  const text = waitingText(words, queue);
  const read = useUnhurried(text, TELL_EVERY_MS);
  useKnock(queue);
  const [first] = queue;
  const shown = first !== undefined && queue.some(({ id }) => !putOff.has(id));
  return (
    <>
      <p class="visually-hidden" role="status">
        {read}
      </p>
      {shown && (
        <section class="toast" tabIndex={-1} aria-label={words.section} data-testid="waiting-toast">
          {queue.length === 1 ? <Who person={first} /> : <strong class="toast-text">{text}</strong>}
          <span class="toast-buttons">
            {queue.length === 1 ? (
              <Decision meeting={meeting} person={first} />
            ) : (
              <AdmitAll meeting={meeting} onView={listed ? null : onView} />
            )}
            <button
              type="button"
              class="icon-button"
              aria-label={words.later}
              title={words.later}
              onClick={() => setPutOff(new Set(queue.map(({ id }) => id)))}
            >
              <Icon of={X} size={18} />
            </button>
          </span>
        </section>
      )}
    </>
  );
}

function Who({ person }: { person: WaitingPerson }) {
  const texts = useTexts();
  const { member, wantsToJoin } = texts.hosting.waiting;
  return (
    <>
      <Avatar name={person.name} id={person.userId} picture={person.avatarUrl} />
      <span class="toast-text">
        <strong title={person.name}>{person.name}</strong>
        <span class="muted small">
          {person.guest ? texts.meeting.roles.guest : member}
          <span class="wide-only"> · {wantsToJoin}</span>
        </span>
      </span>
    </>
  );
}

function Decision({ meeting, person }: { meeting: MeetingModel; person: WaitingPerson }) {
  const words = useTexts().hosting.waiting;
  const [busy, run] = useBusy();
  const { id, name } = person;
  return (
    <>
      <button
        type="button"
        class="button"
        aria-label={words.denyOf(name)}
        aria-disabled={busy}
        onClick={() => run(() => meeting.host.deny([id]))}
      >
        {words.deny}
      </button>
      <button
        type="button"
        class="button primary"
        aria-label={words.admitOf(name)}
        aria-disabled={busy}
        aria-busy={busy}
        onClick={() => run(() => meeting.host.admit([id]))}
      >
        {words.admit}
      </button>
    </>
  );
}

function AdmitAll({ meeting, onView }: { meeting: MeetingModel; onView: (() => void) | null }) {
  const words = useTexts().hosting.waiting;
  const [busy, run] = useBusy();
  return (
    <>
      {onView && (
        <button type="button" class="button" onClick={onView}>
          {words.view}
        </button>
      )}
      <button
        type="button"
        class="button primary"
        aria-disabled={busy}
        aria-busy={busy}
        onClick={() => run(() => meeting.host.admit('all'))}
      >
        {words.admitAll}
      </button>
    </>
  );
}

type Words = HostingTexts['waiting'];

function waitingText(words: Words, queue: readonly WaitingPerson[]): string {
  const [first] = queue;
  if (!first) return '';
  return queue.length === 1 ? words.isWaiting(first.name) : words.areWaiting(queue.length);
}

/** A soft knock for who comes; many at once knock once. */
function useKnock(queue: readonly WaitingPerson[]): void {
  const { preferences } = useApp();
  const known = useRef<ReadonlySet<string>>(new Set());
  const knockedAt = useRef(0);
  useEffect(() => {
    const somebodyNew = queue.some(({ id }) => !known.current.has(id));
    known.current = new Set(queue.map(({ id }) => id));
    if (!somebodyNew || Date.now() - knockedAt.current < TELL_EVERY_MS) return;
    knockedAt.current = Date.now();
    if (preferences.sounds.value) playChime('knock');
  }, [queue]);
}
