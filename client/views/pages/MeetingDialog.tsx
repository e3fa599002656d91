import { useState } from 'preact/hooks';
import type { Access, MeetingView } from '../../../protocol/meetings.ts';
import type { Failure } from '../../state/models.ts';
import { Dialog } from '../components/Dialog.tsx';
import { FailureNote } from '../components/FailureNote.tsx';
import { Check, Field, Select } from '../components/Field.tsx';
import { toFailure, useApp, useTexts } from '../context.ts';

const DEFAULT_CAPACITY = 50;
const ACCESS: readonly Access[] = ['link', 'members', 'invited'];
const MINUTE_MS = 60_000;

interface Draft {
  title: string;
  /** Local times as inputs have them; empty: none. */
  startsAt: string;
  endsAt: string;
  passcode: string;
  noPasscode: boolean;
  capacity: string;
  access: Access;
  allowGuests: boolean;
  invited: string;
  locked: boolean;
}

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
        <Settings
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

interface SettingsProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  meeting: MeetingView | undefined;
  backwards: boolean;
}

function Settings({ draft, change, meeting, backwards }: SettingsProps) {
  const words = useTexts().newMeeting;
  const optional = (label: string) => `${label} (${words.optional})`;
  return (
    <>
      <div class="span-2">
        <Field
          label={words.name}
          required
          maxLength={120}
          value={draft.title}
          onInput={(title) => change({ title })}
        />
      </div>
      <Field
        label={optional(words.starts)}
        type="datetime-local"
        value={draft.startsAt}
        onInput={(startsAt) => change({ startsAt })}
      />
      <Field
        label={optional(words.ends)}
        type="datetime-local"
        value={draft.endsAt}
        onInput={(endsAt) => change({ endsAt })}
        error={backwards ? words.endBeforeStart : undefined}
      />
      <Field
        label={optional(words.passcode)}
        autocomplete="off"
        minLength={4}
        maxLength={64}
        hint={meeting?.hasPasscode ? words.passcodeKept : words.passcodeHint}
        value={draft.passcode}
        onInput={(passcode) => change({ passcode })}
      />
      <Field
        label={words.capacity}
        type="number"
        required
        min={2}
        max={500}
        value={draft.capacity}
        onInput={(capacity) => change({ capacity })}
      />
      <Select
        label={words.access}
        value={draft.access}
        onChange={(value) => change({ access: ACCESS.find((one) => one === value) ?? 'link' })}
      >
        <option value="link">{words.accessLink}</option>
        <option value="members">{words.accessMembers}</option>
        <option value="invited">{words.accessInvited}</option>
      </Select>
      <div>
        {draft.access === 'link' && (
          <Check
            label={words.allowGuests}
            checked={draft.allowGuests}
            onChange={(allowGuests) => change({ allowGuests })}
          />
        )}
        {meeting?.hasPasscode && (
          <Check
            label={words.passcodeRemove}
            checked={draft.noPasscode}
            onChange={(noPasscode) => change({ noPasscode })}
          />
        )}
        {meeting && (
          <Check
            label={words.locked}
            checked={draft.locked}
            onChange={(locked) => change({ locked })}
          />
        )}
      </div>
      {draft.access === 'invited' && (
        <div class="span-2">
          <Field
            label={words.invited}
            hint={words.invitedHint}
            value={draft.invited}
            onInput={(invited) => change({ invited })}
          />
        </div>
      )}
    </>
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
