import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { useTexts } from '../context.ts';
import { useBusy } from '../useBusy.ts';
import { useNow } from '../useNow.ts';
import type { Asking } from './ask.ts';
import { WaitingMessage } from './WaitingMessage.tsx';
import { WaitingRow } from './WaitingRow.tsx';

const LOOK_EVERY_MS = 10_000;

/** Everybody who waits, first come first, and what can be decided about them. */
export function WaitingSection({ meeting, onAsk }: Asking) {
  const words = useTexts().hosting.waiting;
  const id = useId();
  const now = useNow(LOOK_EVERY_MS);
  const [busy, run] = useBusy();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const list = useRef<HTMLElement>(null);
  const queue = meeting.host.queue.value;
  const keepFocus = useKeptFocus(list, queue.length);
  useEffect(() => {
    // What led here may be gone, as the button of a message is: go on from the list.
    if (document.activeElement === document.body) list.current?.focus();
  }, []);
  const picked = queue.filter((one) => chosen.has(one.id));
  const some = picked.length > 0;
  const who = some ? picked : queue;

  function choose(personId: string, on: boolean): void {
    const next = new Set(chosen);
    if (on) next.add(personId);
    else next.delete(personId);
    setChosen(next);
  }

  return (
    <section
      class="waiting"
      ref={list}
      tabIndex={-1}
      aria-labelledby={id}
      data-testid="waiting-section"
    >
      <h3 id={id}>
        {words.section}
        {queue.length > 0 && ` (${queue.length})`}
      </h3>
      {queue.length === 0 && <p class="muted">{words.nobody}</p>}
      {queue.length > 1 && (
        <div class="waiting-all">
          <button
            type="button"
            class="button"
            onClick={() => onAsk({ is: 'deny', who, ban: false })}
          >
            {some ? words.denySome(picked.length) : words.denyAll}
          </button>
          <button
            type="button"
            class="button primary"
            aria-disabled={busy}
            aria-busy={busy}
            onClick={() =>
              run(() => meeting.host.admit(some ? picked.map(({ id: one }) => one) : 'all'))
            }
          >
            {some ? words.admitSome(picked.length) : words.admitAll}
          </button>
        </div>
      )}
      {queue.length > 0 && (
        <ol class="people">
          {queue.map((person, index) => (
            <WaitingRow
              key={person.id}
              meeting={meeting}
              onAsk={onAsk}
              person={person}
              position={index + 1}
              now={now}
              chosen={queue.length > 1 ? chosen.has(person.id) : null}
              onChoose={(on) => choose(person.id, on)}
              onDecide={keepFocus}
            />
          ))}
        </ol>
      )}
      <WaitingMessage meeting={meeting} />
    </section>
  );
}

/**
 * Whoever decides with the keyboard goes on from where they were: when their row leaves with the focus
 * in it, the one that takes its place has it, or the section when that was the last.
 */
function useKeptFocus(list: { current: HTMLElement | null }, length: number): (at: number) => void {
  const place = useRef<number | null>(null);
  useEffect(() => {
    const at = place.current;
    if (at === null || document.activeElement !== document.body) return;
    place.current = null;
    const buttons = list.current?.querySelectorAll<HTMLElement>('.waiting-admit');
    const next = buttons?.[Math.min(at, buttons.length - 1)] ?? list.current;
    next?.focus();
  }, [length]);
  return (at) => {
    place.current = at;
  };
}
