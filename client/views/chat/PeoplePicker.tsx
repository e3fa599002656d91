import { useEffect, useState } from 'preact/hooks';
import type { RoomMember } from '../../../protocol/chat.ts';
import type { ChatModel } from '../../state/chatModels.ts';
import { Avatar } from '../components/Avatar.tsx';
import { Field } from '../components/Field.tsx';
import { useTexts } from '../context.ts';

const MOST_SHOWN = 50;
const ASK_AFTER_MS = 200;

interface PeoplePickerProps {
  chat: ChatModel;
  /** Those who cannot be chosen any more. */
  without: readonly string[];
  chosen: readonly RoomMember[];
  onChange: (chosen: readonly RoomMember[]) => void;
}

/** Chooses people by their names. */
export function PeoplePicker({ chat, without, chosen, onChange }: PeoplePickerProps) {
  const words = useTexts().chat;
  const [text, setText] = useState('');
  const [people, setPeople] = useState<readonly RoomMember[]>(chosen);
  useEffect(() => {
    let wanted = true;
    const timer = setTimeout(() => {
      chat.findPeople(text).then(
        (answer) => wanted && setPeople(answer),
        () => wanted && setPeople([]),
      );
    }, ASK_AFTER_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [text]);
  const found = people.filter(({ userId }) => !without.includes(userId));
  const isChosen = (person: RoomMember) => chosen.some(({ userId }) => userId === person.userId);
  return (
    <>
      <Field label={words.find} hint={words.findHint} value={text} onInput={setText} autofocus />
      {found.length === 0 && <p class="muted">{words.nobodyFound}</p>}
      <ul class="people-picker">
        {found.slice(0, MOST_SHOWN).map((person) => (
          <li key={person.userId}>
            <label class="picker-row">
              <input
                type="checkbox"
                checked={isChosen(person)}
                onChange={() =>
                  onChange(
                    isChosen(person)
                      ? chosen.filter(({ userId }) => userId !== person.userId)
                      : [...chosen, person],
                  )
                }
              />
              <Avatar name={person.name} id={person.userId} />
              <span>{person.name}</span>
            </label>
          </li>
        ))}
      </ul>
    </>
  );
}
