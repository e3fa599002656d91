import { ArrowDown } from 'lucide';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { RoomMember } from '../../../protocol/chat.ts';
import type { PendingChange, RoomModel } from '../../state/chatModels.ts';
import { Icon } from '../components/Icon.tsx';
import { useTexts } from '../context.ts';
import { dayOf } from './chatTime.ts';
import { MessageRow, type MessageActions } from './MessageRow.tsx';
import { OutgoingRow } from './OutgoingRow.tsx';
import { rowsOf } from './rows.ts';
import { useChatScroll } from './useChatScroll.ts';

/** What comes in so short a time is read out together. */
const READ_OUT_MS = 1_000;

const UNCHANGED: readonly PendingChange[] = [];

/** How to move in the list, for what stands around it. */
export interface ListControl {
  toEnd: () => void;
  reveal: (seq: number) => void;
}

interface MessageListProps {
  room: RoomModel;
  people: readonly RoomMember[];
  mayWrite: boolean;
  moderates: boolean;
  actions: Omit<MessageActions, 'goTo' | 'retryChange' | 'discardChange'>;
  control: { current: ListControl | null };
}

/** The messages of a room: as many as are around what is looked at. */
export function MessageList({
  room,
  people,
  mayWrite,
  moderates,
  actions,
  control,
}: MessageListProps) {
  const texts = useTexts();
  const words = texts.chat;
  const messages = room.messages.value;
  const outgoing = room.outgoing.value;
  const changes = room.changes.value;
  const news = room.news.value;
  const rows = useMemo(
    () => rowsOf(messages, outgoing, news, room.selfId),
    [messages, outgoing, news],
  );
  const { list, content, atEnd, toEnd, reveal } = useChatScroll(room, rows);
  control.current = { toEnd, reveal };
  const changesOf = useMemo(() => byMessage(changes), [changes]);
  const names = new Map(people.map(({ userId, name }) => [userId, name]));
  const latest = useRef(actions);
  latest.current = actions;
  // The same for every row and every time: rows that have not changed are not drawn again.
  const stable = useMemo<MessageActions>(
    () => ({
      reply: (message) => latest.current.reply(message),
      edit: (message) => latest.current.edit(message),
      remove: (message) => latest.current.remove(message),
      react: (...args) => latest.current.react(...args),
      showSeen: (message) => latest.current.showSeen(message),
      retryChange: (key) => room.retryChange(key),
      discardChange: (key) => room.discardChange(key),
      goTo(messageId) {
        const seq = room.messages.value.find(({ id }) => id === messageId)?.seq;
        if (seq !== undefined) reveal(seq);
      },
    }),
    [room],
  );
  const unread = room.lastSeq.value - (messages.at(-1)?.seq ?? 0);
  return (
    <div class="message-area">
      <div
        ref={list}
        class="message-list"
        role="log"
        aria-live="off"
        aria-label={words.title}
        tabIndex={0}
        data-testid="message-list"
      >
        <div ref={content} class="message-rows">
          {messages.length === 0 && outgoing.length === 0 && (
            <div class="empty chat-empty">
              <strong>{words.noMessages}</strong>
              {mayWrite && <span class="muted">{words.noMessagesHint}</span>}
            </div>
          )}
          {rows.map((row) => {
            switch (row.is) {
              case 'day':
                return (
                  <div key={row.key} data-key={row.key} class="day-line">
                    <span>{dayOf(texts, row.at)}</span>
                  </div>
                );
              case 'new':
                return (
                  <div key={row.key} data-key={row.key} class="day-line new-line">
                    <span>{words.newMessages}</span>
                  </div>
                );
              case 'message': {
                const { message, begins } = row;
                const mentioned = message.mentions.flatMap((id) => names.get(id) ?? []);
                return (
                  <div
                    key={row.key}
                    data-key={row.key}
                    data-seq={message.seq}
                    class="message-place"
                  >
                    <MessageRow
                      {...{ message, begins, mayWrite, moderates }}
                      own={message.senderId === room.selfId}
                      names={mentioned.join('\n')}
                      mentioned={message.mentions.includes(room.selfId)}
                      changes={changesOf.get(message.id) ?? UNCHANGED}
                      actions={stable}
                    />
                  </div>
                );
              }
              case 'outgoing':
                return (
                  <div key={row.key} data-key={row.key} class="message-place">
                    <OutgoingRow room={room} outgoing={row.outgoing} begins={row.begins} />
                  </div>
                );
            }
          })}
        </div>
      </div>
      {!atEnd && (
        <button type="button" class="button small to-newest" onClick={toEnd}>
          <Icon of={ArrowDown} size={16} />
          {unread > 0 ? words.unread(unread) : words.toNewest}
        </button>
      )}
      <ReadOut room={room} />
    </div>
  );
}

/** The same lists until something changes: rows that have none are not drawn again. */
function byMessage(changes: readonly PendingChange[]): ReadonlyMap<string, PendingChange[]> {
  const grouped = new Map<string, PendingChange[]>();
  for (const one of changes) {
    grouped.set(one.messageId, [...(grouped.get(one.messageId) ?? []), one]);
  }
  return grouped;
}

/** Says what others write, several messages at once where they come quickly. */
function ReadOut({ room }: { room: RoomModel }) {
  const words = useTexts().chat;
  const [said, setSaid] = useState('');
  const from = useRef<number | null>(null);
  const messages = room.messages.value;
  useEffect(() => {
    const last = messages.at(-1)?.seq ?? 0;
    // What was there already is read by whoever wants to.
    from.current ??= last;
    if (last <= from.current) return;
    const timer = setTimeout(() => {
      const fresh = messages.filter(
        ({ seq, senderId }) => seq > (from.current ?? 0) && senderId !== room.selfId,
      );
      from.current = last;
      setSaid(fresh.map(({ senderName, content }) => words.wrote(senderName, content)).join('. '));
    }, READ_OUT_MS);
    return () => clearTimeout(timer);
  }, [messages]);
  return (
    <div class="visually-hidden" role="status">
      {said}
    </div>
  );
}
