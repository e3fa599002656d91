import { useState } from 'preact/hooks';
import type { Access } from '../../../protocol/meetings.ts';
import type { Failure } from '../../state/models.ts';
import { Dialog } from '../components/Dialog.tsx';
import { FailureNote } from '../components/FailureNote.tsx';
import { Field, Select } from '../components/Field.tsx';
import { toFailure, useApp, useTexts } from '../context.ts';

const DEFAULT_CAPACITY = 50;
const ACCESS: readonly Access[] = ['link', 'members', 'invited'];

/** Schedules a meeting with everything that can be set beforehand. */
export function NewMeetingDialog({ onClose }: { onClose: () => void }) {
  const texts = useTexts();
  const { home } = useApp();
  const [title, setTitle] = useState('');
  const [startsAt, setStartsAt] = useState('');
  const [endsAt, setEndsAt] = useState('');
  const [passcode, setPasscode] = useState('');
  const [capacity, setCapacity] = useState(String(DEFAULT_CAPACITY));
  const [access, setAccess] = useState<Access>('link');
  const [allowGuests, setAllowGuests] = useState(true);
  const [invited, setInvited] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const backwards = startsAt !== '' && endsAt !== '' && endsAt <= startsAt;

  async function submit(): Promise<void> {
    if (backwards) return;
    setBusy(true);
    setFailure(null);
    try {
      await home.create({
        title: title.trim(),
        capacity: Number(capacity),
        access,
        allowGuests: access === 'link' && allowGuests,
        passcode: passcode === '' ? undefined : passcode,
        startsAt: toInstant(startsAt),
        endsAt: toInstant(endsAt),
        invited: access === 'invited' ? invited.split(/[\s,;]+/).filter(Boolean) : undefined,
      });
      onClose();
    } catch (error) {
      setFailure(toFailure(error));
      setBusy(false);
    }
  }

  const words = texts.newMeeting;
  const optional = (label: string) => `${label} (${words.optional})`;
  return (
    <Dialog title={words.title} onClose={onClose} wide>
      <form
        class="form-grid"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <div class="span-2">
          <Field label={words.name} required maxLength={120} value={title} onInput={setTitle} />
        </div>
        <Field
          label={optional(words.starts)}
          type="datetime-local"
          value={startsAt}
          onInput={setStartsAt}
        />
        <Field
          label={optional(words.ends)}
          type="datetime-local"
          value={endsAt}
          onInput={setEndsAt}
          error={backwards ? words.endBeforeStart : undefined}
        />
        <Field
          label={optional(words.passcode)}
          autocomplete="off"
          minLength={4}
          maxLength={64}
          hint={words.passcodeHint}
          value={passcode}
          onInput={setPasscode}
        />
        <Field
          label={words.capacity}
          type="number"
          required
          min={2}
          max={500}
          value={capacity}
          onInput={setCapacity}
        />
        <Select
          label={words.access}
          value={access}
          onChange={(value) => setAccess(ACCESS.find((one) => one === value) ?? 'link')}
        >
          <option value="link">{words.accessLink}</option>
          <option value="members">{words.accessMembers}</option>
          <option value="invited">{words.accessInvited}</option>
        </Select>
        {access === 'link' && (
          <label class="check">
            <input
              type="checkbox"
              checked={allowGuests}
              onChange={(event) => setAllowGuests(event.currentTarget.checked)}
            />
            {words.allowGuests}
          </label>
        )}
        {access === 'invited' && (
          <div class="span-2">
            <Field
              label={words.invited}
              hint={words.invitedHint}
              value={invited}
              onInput={setInvited}
            />
          </div>
        )}
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
            {words.create}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

/** The local time of an input as an instant; null where nothing was entered. */
function toInstant(local: string): string | null {
  return local === '' ? null : new Date(local).toISOString();
}
