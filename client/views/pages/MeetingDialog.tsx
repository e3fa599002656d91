import { useState } from 'preact/hooks';
import { EVERYTHING_ALLOWED, type MeetingView } from '../../../protocol/meetings.ts';
import type { Failure } from '../../state/models.ts';
import { Dialog } from '../components/Dialog.tsx';
import { FailureNote } from '../components/FailureNote.tsx';
import { toFailure, useApp, useTexts } from '../context.ts';
import { MeetingFields, type Draft } from './MeetingFields.tsx';

const DEFAULT_CAPACITY = 50;
const MINUTE_MS = 60_000;

/** Everything that can be set of a meeting: of a new one, or of one that is there. */
export function MeetingDialog({
  meeting,
  onClose,
}: {
  meeting?: MeetingView;
  onClose: () => void;
}) {
  const texts = useTexts();
  const { home } = useApp();
  const [draft, setDraft] = useState(() => draftOf(meeting));
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const backwards = draft.startsAt !== '' && draft.endsAt !== '' && draft.endsAt <= draft.startsAt;

  async function submit(): Promise<void> {
    if (backwards) return;
    setBusy(true);
    setFailure(null);
    const settings = {
      title: draft.title.trim(),
      capacity: Number(draft.capacity),
      waitingRoom: draft.waitingRoom,
      autoAdmit: draft.autoAdmit,
      settings: draft.settings,
      access: draft.access,
      allowGuests: draft.access === 'link' && draft.allowGuests,
      startsAt: toInstant(draft.startsAt),
      endsAt: toInstant(draft.endsAt),
      invited: draft.access === 'invited' ? emails(draft.invited) : undefined,
    };
    const passcode = draft.passcode === '' ? undefined : draft.passcode;
    try {
      if (meeting) {
        const changed = draft.noPasscode ? null : passcode;
        // The list of the invited is not shown: an empty field leaves it as it is.
        const invited = draft.invited.trim() === '' ? undefined : settings.invited;
        const { locked } = draft;
        await home.update(meeting.id, { ...settings, invited, passcode: changed, locked });
      } else await home.create({ ...settings, passcode });
      onClose();
    } catch (error) {
      setFailure(toFailure(error));
      setBusy(false);
    }
  }

  const words = texts.newMeeting;
  return (
    <Dialog title={meeting ? words.editTitle : words.title} onClose={onClose} wide>
      <form
        class="form-grid"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <MeetingFields
          draft={draft}
          change={(part) => setDraft({ ...draft, ...part })}
          meeting={meeting}
          backwards={backwards}
        />
        {failure && (
          <div class="span-2">
            <FailureNote failure={failure} />
          </div>
        )}
        <footer class="actions span-2">
          <button type="button" class="button" onClick={onClose}>
            {texts.app.cancel}
          </button>
          <button type="submit" class="button primary" disabled={busy} aria-busy={busy}>
            {meeting ? texts.app.save : words.create}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function draftOf(meeting: MeetingView | undefined): Draft {
  return {
    title: meeting?.title ?? '',
    startsAt: toLocal(meeting?.startsAt ?? null),
    endsAt: toLocal(meeting?.endsAt ?? null),
    passcode: '',
    noPasscode: false,
    capacity: String(meeting?.capacity ?? DEFAULT_CAPACITY),
    access: meeting?.access ?? 'link',
    allowGuests: meeting?.allowGuests ?? true,
    invited: '',
    locked: meeting?.locked ?? false,
    waitingRoom: meeting?.waitingRoom ?? false,
    autoAdmit: meeting?.autoAdmit ?? 'nobody',
    settings: meeting?.settings ?? EVERYTHING_ALLOWED,
  };
}

function emails(text: string): string[] {
  return text.split(/[\s,;]+/).filter(Boolean);
}

/** The local time of an input as an instant; null where nothing was entered. */
function toInstant(local: string): string | null {
  return local === '' ? null : new Date(local).toISOString();
}

/** An instant as an input has it: local, to the minute. */
function toLocal(instant: string | null): string {
  if (instant === null) return '';
  const date = new Date(instant);
  const local = date.getTime() - date.getTimezoneOffset() * MINUTE_MS;
  return new Date(local).toISOString().slice(0, 'yyyy-mm-ddThh:mm'.length);
}
