import type { ChatRoom } from '../../../protocol/chat.ts';
import type { Texts } from '../../i18n/texts.ts';

/** What a room is called: by its title, else by whom it is with. */
export function roomName(
  texts: Texts,
  { title, members, kind }: Pick<ChatRoom, 'title' | 'members' | 'kind'>,
  selfId: string,
): string {
  const others = members.filter(({ userId }) => userId !== selfId).map(({ name }) => name);
  if (title !== null && kind !== 'meeting-private') return title;
  const named = new Intl.ListFormat(texts.locale, { type: 'conjunction' }).format(others);
  return named === '' ? texts.chat.you : named;
}
