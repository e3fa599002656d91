import { Ban, MessageSquare, Phone, UserRoundMinus, Video } from 'lucide';
import type { PersonView } from '../../../protocol/people.ts';
import type { PeopleTexts } from '../../i18n/peopleTexts.ts';
import type { Calling } from '../calls/useCall.ts';
import type { MenuItem } from '../components/Menu.tsx';
import { navigate } from '../router.ts';

/** What somebody is asked about before it is done. */
export type Question = { what: 'remove' | 'block'; person: PersonView };

interface Actions {
  isContact: boolean;
  ask: (question: Question) => void;
  calling: Calling;
}

/** What can be done about somebody. */
export function contactActions(
  texts: PeopleTexts,
  person: PersonView,
  { isContact, ask, calling: { call, blocked } }: Actions,
): MenuItem[] {
  return [
    {
      label: texts.message,
      icon: MessageSquare,
      run: () => navigate(`/chat/with/${encodeURIComponent(person.id)}`),
    },
    { label: texts.audioCall, icon: Phone, blocked, run: () => call(person, 'audio') },
    { label: texts.videoCall, icon: Video, blocked, run: () => call(person, 'video') },
    ...(isContact
      ? [{ label: texts.remove, icon: UserRoundMinus, run: () => ask({ what: 'remove', person }) }]
      : []),
    { label: texts.block, icon: Ban, danger: true, run: () => ask({ what: 'block', person }) },
  ];
}
