import { MessageSquareLock } from 'lucide';
import type { Person } from '../../state/models.ts';
import { Menu, type MenuItem } from '../components/Menu.tsx';
import { useTexts } from '../context.ts';
import type { Asking } from './ask.ts';
import { personActions } from './personActions.ts';

interface PersonMenuProps extends Asking {
  person: Person;
  onWriteTo?: (person: Person) => void;
  class?: string;
  testId?: string;
}

/** What one may do to somebody, if anything. */
export function PersonMenu({ meeting, onAsk, person, onWriteTo, ...rest }: PersonMenuProps) {
  const { hosting, chat } = useTexts();
  const words = hosting.person;
  const writes = onWriteTo && !person.isSelf && !person.companion && meeting.may('chat');
  const items: MenuItem[] = [
    ...(writes
      ? [{ label: chat.privately, icon: MessageSquareLock, run: () => onWriteTo(person) }]
      : []),
    ...personActions(meeting, person, words, onAsk),
  ];
  if (items.length === 0) return null;
  return <Menu label={words.moreOf(person.name)} items={items} {...rest} />;
}
