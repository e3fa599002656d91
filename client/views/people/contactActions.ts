import { Ban, UserRoundMinus } from 'lucide';
import type { PersonView } from '../../../protocol/people.ts';
import type { PeopleTexts } from '../../i18n/peopleTexts.ts';
import type { MenuItem } from '../components/Menu.tsx';

/** What somebody is asked about before it is done. */
export type Question = { what: 'remove' | 'block'; person: PersonView };

/** What can be done about a contact. */
export function contactActions(
  texts: PeopleTexts,
  person: PersonView,
  ask: (question: Question) => void,
): MenuItem[] {
  return [
    { label: texts.remove, icon: UserRoundMinus, run: () => ask({ what: 'remove', person }) },
    { label: texts.block, icon: Ban, danger: true, run: () => ask({ what: 'block', person }) },
  ];
}
