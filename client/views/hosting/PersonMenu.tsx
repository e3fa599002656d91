import type { Person } from '../../state/models.ts';
import { Menu } from '../components/Menu.tsx';
import { useTexts } from '../context.ts';
import type { Asking } from './ask.ts';
import { personActions } from './personActions.ts';

interface PersonMenuProps extends Asking {
  person: Person;
  class?: string;
  testId?: string;
}

/** What one may do to somebody, if anything. */
export function PersonMenu({ meeting, onAsk, person, ...rest }: PersonMenuProps) {
  const words = useTexts().hosting.person;
  const items = personActions(meeting, person, words, onAsk);
  if (items.length === 0) return null;
  return <Menu label={words.moreOf(person.name)} items={items} {...rest} />;
}
