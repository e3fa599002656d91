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

/** @param readBefore number of the last message that was read before; the line of new ones comes after it */
export function rowsOf(
  messages: readonly ChatMessage[],
  outgoing: readonly Outgoing[],
  readBefore: number,
  selfId: string,
): Row[] {
  const rows: Row[] = [];
  let day = '';
  let last: { senderId: string; at: number } | null = null;
  let marked = false;
  const begin = (senderId: string, at: number, messageDay: string): boolean => {
    if (messageDay !== day) {
      day = messageDay;
      rows.push({ is: 'day', key: `day ${messageDay}`, at });
      last = null;
    }
    const begins = last?.senderId !== senderId || at - last.at > PAUSE_MS;
    last = { senderId, at };
    return begins;
  };
  for (const message of messages) {
    const at = Date.parse(message.createdAt);
    const messageDay = new Date(at).toDateString();
    const isNew = message.seq > readBefore && message.senderId !== selfId;
    if (isNew && !marked && message.seq > 1) {
      marked = true;
      // Everything before it may be older than the window: then it stands elsewhere.
      if (messages.some(({ seq }) => seq <= readBefore) || readBefore === 0) {
        rows.push({ is: 'new', key: 'new' });
        last = null;
      }
    }
    const begins = begin(message.senderId, at, messageDay);
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
