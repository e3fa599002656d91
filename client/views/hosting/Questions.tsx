import { useState } from 'preact/hooks';
import type { MeetingModel, Person } from '../../state/models.ts';
import { Confirm, Dialog } from '../components/Dialog.tsx';
import { Check, Field } from '../components/Field.tsx';
import { useTexts } from '../context.ts';
import type { Question } from './ask.ts';
import { DenyDialog } from './DenyDialog.tsx';

interface QuestionsProps {
  meeting: MeetingModel;
  question: Question;
  onClose: () => void;
}

/** The dialog of whatever is asked before it is done. */
export function Questions({ meeting, question, onClose }: QuestionsProps) {
  const texts = useTexts();
  const words = texts.hosting.person;
  switch (question.is) {
    case 'end':
      return (
        <Confirm
          title={texts.meeting.endConfirm}
          hint={texts.meeting.endConfirmHint}
          action={texts.meeting.endForAll}
          onConfirm={() => void meeting.endForAll()}
          onClose={onClose}
        />
      );
    case 'mute-all':
      return <MuteAllDialog meeting={meeting} onClose={onClose} />;
    case 'remove':
      return <RemoveDialog meeting={meeting} person={question.person} onClose={onClose} />;
    case 'hand-over':
      return (
        <Confirm
          title={words.handOverTitle(question.person.name)}
          hint={words.handOverHint}
          action={words.handOverAction}
          danger={false}
          onConfirm={() => void meeting.host.assignRole(question.person.id, 'host')}
          onClose={onClose}
        />
      );
    case 'blocked':
      return <BlockedDialog meeting={meeting} what={question.what} onClose={onClose} />;
    case 'rename':
      return <RenameDialog meeting={meeting} person={question.person} onClose={onClose} />;
    case 'deny':
      return (
        <DenyDialog meeting={meeting} who={question.who} ban={question.ban} onClose={onClose} />
      );
  }
}

interface AboutMeeting {
  meeting: MeetingModel;
  onClose: () => void;
}

/** Why something cannot be done here, and the hand that asks for it. */
function BlockedDialog({ meeting, what, onClose }: AboutMeeting & { what: 'share' | 'rename' }) {
  const texts = useTexts();
  const { blocked } = texts.hosting;
  const title = blocked[what];
  if (meeting.hand.on.value) {
    return (
      <Dialog title={title} onClose={onClose}>
        <p class="muted">{blocked.handIsUp}</p>
      </Dialog>
    );
  }
  return (
    <Confirm
      title={title}
      hint={blocked[`${what}Hint`]}
      action={blocked.raiseHand}
      danger={false}
      onConfirm={() => void meeting.hand.set(true)}
      onClose={onClose}
    />
  );
}

interface AboutPerson extends AboutMeeting {
  person: Person;
}

function MuteAllDialog({ meeting, onClose }: AboutMeeting) {
  const words = useTexts().hosting.person;
  const [mayUnmute, setMayUnmute] = useState(meeting.meeting.value.settings.mayUnmute);
  return (
    <Confirm
      title={words.muteAllTitle}
      hint={words.muteAllHint}
      action={words.muteAll}
      danger={false}
      onConfirm={() => void meeting.host.muteAll(mayUnmute)}
      onClose={onClose}
    >
      <Check label={words.mayUnmuteThemselves} checked={mayUnmute} onChange={setMayUnmute} />
    </Confirm>
  );
}

function RemoveDialog({ meeting, person, onClose }: AboutPerson) {
  const words = useTexts().hosting.person;
  const [ban, setBan] = useState(false);
  return (
    <Confirm
      title={words.removeTitle(person.name)}
      hint={words.removeHint}
      action={words.removeAction}
      onConfirm={() => void meeting.host.remove(person.id, { ban })}
      onClose={onClose}
    >
      {meeting.mayDoTo('ban', person) && (
        <Check label={words.keepOut} checked={ban} onChange={setBan} />
      )}
    </Confirm>
  );
}

function RenameDialog({ meeting, person, onClose }: AboutPerson) {
  const texts = useTexts();
  const words = texts.hosting.person;
  const [name, setName] = useState(person.name);
  const title = person.isSelf ? words.renameSelf : words.renameTitle(person.name);
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          const wanted = name.trim();
          if (wanted === '') return;
          onClose();
          if (wanted !== person.name) void meeting.rename(person.id, wanted);
        }}
      >
        <Field
          label={words.newName}
          autocomplete="off"
          required
          autofocus
          maxLength={80}
          value={name}
          onInput={setName}
        />
        <footer class="actions">
          <button type="button" class="button" onClick={onClose}>
            {texts.app.cancel}
          </button>
          <button type="submit" class="button primary">
            {texts.app.save}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
