import { X } from 'lucide';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { MeetingModel, WaitingPerson } from '../../state/models.ts';
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
  const texts = useTexts();
  const words = texts.hosting.waiting;
  const queue = meeting.host.queue.value;
  const [put, setPut] = useState<ReadonlySet<string>>(new Set());
  const [busy, run] = useBusy();
  const text = waitingText(words, queue);
  const read = useUnhurried(text, TELL_EVERY_MS);
  useKnock(queue);
  const [first] = queue;
  const shown = first !== undefined && queue.some(({ id }) => !put.has(id));
  return (
    <>
      <p class="visually-hidden" role="status">
        {read}
      </p>
      {shown && (
        <section class="toast" aria-label={words.section} data-testid="waiting-toast">
          {queue.length === 1 ? (
            <>
              <Avatar name={first.name} id={first.id} />
              <span class="toast-text">
                <strong>{first.name}</strong>
                <span class="muted small">
                  {first.guest ? texts.meeting.roles.guest : words.member} · {words.wantsToJoin}
                </span>
              </span>
              <button
                type="button"
                class="button"
                aria-label={words.denyOf(first.name)}
                disabled={busy}
                onClick={() => run(meeting.host.deny([first.id]))}
              >
                {words.deny}
              </button>
              <button
                type="button"
                class="button primary"
                aria-label={words.admitOf(first.name)}
                disabled={busy}
                onClick={() => run(meeting.host.admit([first.id]))}
              >
                {words.admit}
              </button>
            </>
          ) : (
            <>
              <strong class="toast-text">{text}</strong>
              {!listed && (
                <button type="button" class="button" onClick={onView}>
                  {words.view}
                </button>
              )}
              <button
                type="button"
                class="button primary"
                disabled={busy}
                onClick={() => run(meeting.host.admit('all'))}
              >
                {words.admitAll}
              </button>
            </>
          )}
          <button
            type="button"
            class="icon-button"
            aria-label={words.later}
            title={words.later}
            onClick={() => setPut(new Set(queue.map(({ id }) => id)))}
          >
            <Icon of={X} size={18} />
          </button>
        </section>
      )}
    </>
  );
}

type Words = ReturnType<typeof useTexts>['hosting']['waiting'];

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
