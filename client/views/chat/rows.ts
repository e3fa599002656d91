import type { ChatMessage } from '../../../protocol/chat.ts';
import type { Outgoing } from '../../state/chatModels.ts';

/** What stands in a list of messages, from the oldest to the newest. */
export type Row =
  | { is: 'day'; key: string; at: string | number }
  | { is: 'new'; key: string }
  /** `begins`: not by the one before, or much later: with a name and a picture. */
  | { is: 'message'; key: string; message: ChatMessage; begins: boolean }
  | { is: 'outgoing'; key: string; outgoing: Outgoing; begins: boolean };

/** A pause after which the name is said again. */
const PAUSE_MS = 5 * 60_000;

/** @param news what was new when the room was opened: a line stands before the first of it */
export function rowsOf(
  messages: readonly ChatMessage[],
  outgoing: readonly Outgoing[],
  news: { readonly after: number; readonly upTo: number },
  selfId: string,
): Row[] {
  const rows: Row[] = [];
  let day = '';
  const before: { last: { senderId: string; at: number } | null } = { last: null };
  let marked = false;
  const begin = (senderId: string, at: number, messageDay: string): boolean => {
    if (messageDay !== day) {
      day = messageDay;
      rows.push({ is: 'day', key: `day ${messageDay}`, at });
      before.last = null;
    }
    const begins = before.last?.senderId !== senderId || at - before.last.at > PAUSE_MS;
    before.last = { senderId, at };
    return begins;
  };
  for (const message of messages) {
    const at = Date.parse(message.createdAt);
    const messageDay = new Date(at).toDateString();
    const isNew =
      message.seq > news.after && message.seq <= news.upTo && message.senderId !== selfId;
    // Where the window begins in the middle of them, the line stands before it; nor is it needed where all is new.
    if (isNew && !marked && (before.last !== null || message.seq === news.after + 1)) {
      if (news.after > 0) rows.push({ is: 'new', key: 'new' });
      before.last = null;
    }
    marked ||= isNew;
    // A listener may call themselves otherwise from one message to the next.
    const { senderId, senderName, fromListener } = message;
    const by = fromListener ? `${senderId} ${senderName}` : senderId;
    const begins = begin(by, at, messageDay);
    rows.push({ is: 'message', key: message.clientId ?? message.id, message, begins });
  }
  const stored = new Set(messages.map(({ clientId }) => clientId));
  for (const one of outgoing) {
    if (stored.has(one.clientId)) continue;
    const begins = begin(selfId, one.createdAt, new Date(one.createdAt).toDateString());
    rows.push({ is: 'outgoing', key: one.clientId, outgoing: one, begins });
  }
  return rows;
}
