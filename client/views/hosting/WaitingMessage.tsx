import { useState } from 'preact/hooks';
import type { MeetingModel } from '../../state/models.ts';
import { Field } from '../components/Field.tsx';
import { useTexts } from '../context.ts';
import { useBusy } from '../useBusy.ts';
import { MAX_MESSAGE } from './DenyDialog.tsx';

/** What everybody who waits reads: written, changed and taken back. */
export function WaitingMessage({ meeting }: { meeting: MeetingModel }) {
  const words = useTexts().hosting.waiting;
  const current = meeting.host.waitingMessage.value;
  const [draft, setDraft] = useState<string | null>(null);
  const [busy, run] = useBusy();
  const text = (draft ?? current ?? '').trim();

  function tell(message: string | null): void {
    run(() => meeting.host.messageWaitingRoom(message).then(() => setDraft(null)));
  }

  return (
    <form
      class="waiting-message"
      onSubmit={(event) => {
        event.preventDefault();
        if (text !== '' && text !== current && !busy) tell(text);
      }}
    >
      <Field
        label={words.messageAll}
        autocomplete="off"
        maxLength={MAX_MESSAGE}
        value={draft ?? current ?? ''}
        onInput={setDraft}
      />
      {current !== null && text === current ? (
        <button type="button" class="button" aria-disabled={busy} onClick={() => tell(null)}>
          {words.withdraw}
        </button>
      ) : (
        <button
          type="submit"
          class="button"
          disabled={text === ''}
          aria-disabled={busy}
          aria-busy={busy}
        >
          {words.send}
        </button>
      )}
    </form>
  );
}
