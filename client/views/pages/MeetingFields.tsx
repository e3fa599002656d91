import type {
  Access,
  AutoAdmit,
  MeetingSettings,
  MeetingView,
} from '../../../protocol/meetings.ts';
import { Check, Field, Select } from '../components/Field.tsx';
import { useTexts } from '../context.ts';
import { AUTO_ADMITS, SETTINGS } from '../meetingSettings.ts';

const ACCESS: readonly Access[] = ['link', 'members', 'invited'];

/** A meeting as the form has it. */
export interface Draft {
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
  waitingRoom: boolean;
  autoAdmit: AutoAdmit;
  settings: MeetingSettings;
}

interface MeetingFieldsProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  meeting: MeetingView | undefined;
  /** The end comes before the start. */
  backwards: boolean;
}

/** The form of a meeting: what most people set, and the rest behind a line. */
export function MeetingFields({ draft, change, meeting, backwards }: MeetingFieldsProps) {
  const texts = useTexts();
  const words = texts.newMeeting;
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
        <Check
          label={words.waitingRoom}
          checked={draft.waitingRoom}
          onChange={(waitingRoom) => change({ waitingRoom })}
        />
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
      {draft.waitingRoom && (
        <Select
          label={texts.hosting.tools.autoAdmit}
          value={draft.autoAdmit}
          onChange={(value) =>
            change({ autoAdmit: AUTO_ADMITS.find((one) => one === value) ?? 'nobody' })
          }
        >
          {AUTO_ADMITS.map((one) => (
            <option key={one} value={one}>
              {texts.hosting.tools.autoAdmits[one]}
            </option>
          ))}
        </Select>
      )}
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
      <details class="disclosure span-2">
        <summary>{words.moreOptions}</summary>
        <fieldset class="check-group">
          <legend>{texts.hosting.tools.everyone}</legend>
          {SETTINGS.map((setting) => (
            <Check
              key={setting}
              label={texts.hosting.tools.settings[setting]}
              checked={draft.settings[setting]}
              onChange={(on) => change({ settings: { ...draft.settings, [setting]: on } })}
            />
          ))}
        </fieldset>
      </details>
    </>
  );
}
