import { useState } from 'preact/hooks';
import type { WaitingPerson } from '../../state/hostModels.ts';
import type { MeetingModel } from '../../state/models.ts';
import { Confirm } from '../components/Dialog.tsx';
import { Check, Field } from '../components/Field.tsx';
import { useTexts } from '../context.ts';

/** Longest message that hosts can write to those who wait. */
export const MAX_MESSAGE = 300;

interface DenyDialogProps {
  meeting: MeetingModel;
  who: readonly WaitingPerson[];
  ban: boolean;
  onClose: () => void;
}

/** Turns people away, with a message if there is something to say, for good if that is meant. */
export function DenyDialog({ meeting, who, ban: banned, onClose }: DenyDialogProps) {
  const texts = useTexts();
  const words = texts.hosting.waiting;
  const [message, setMessage] = useState('');
  const [ban, setBan] = useState(banned);
  const [first] = who;
  if (!first) return null;
  const title = who.length === 1 ? words.denyTitle(first.name) : words.denySomeTitle(who.length);

  function deny(): void {
    const text = message.trim();
    const ids = who.map(({ id }) => id);
    void meeting.host.deny(ids, { message: text === '' ? undefined : text, ban });
  }

  return (
    <Confirm
      title={title}
      hint={ban ? words.denyForGoodHint : words.denyHint}
      action={words.deny}
      onConfirm={deny}
      onClose={onClose}
    >
      <Field
        label={`${words.denyMessage} (${texts.newMeeting.optional})`}
        autocomplete="off"
        maxLength={MAX_MESSAGE}
        value={message}
        onInput={setMessage}
      />
      {who.length === 1 && meeting.may('ban') && (
        <Check label={texts.hosting.person.keepOut} checked={ban} onChange={setBan} />
      )}
    </Confirm>
  );
}
