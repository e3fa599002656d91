import { useEffect, useRef, useState } from 'preact/hooks';
import type { ChatMessage, RoomMember } from '../../../protocol/chat.ts';
import '../../styles/chat.css';
import type { RoomModel } from '../../state/chatModels.ts';
import { Confirm } from '../components/Dialog.tsx';
import { FailureNote } from '../components/FailureNote.tsx';
import { useTexts } from '../context.ts';
import { Composer } from './Composer.tsx';
import { MessageList, type ListControl } from './MessageList.tsx';
import { SeenDialog } from './SeenDialog.tsx';

interface ChatRoomViewProps {
  room: RoomModel;
  /** Who can be mentioned. */
  people: readonly RoomMember[];
  mayWrite: boolean;
  /** Whether one hosts the meeting whose room it is. */
  moderates?: boolean;
  /** Message to go to at once. */
  reveal?: number | null;
}

/** A room to read and write in: the same on its page and in a meeting. */
export function ChatRoomView(props: ChatRoomViewProps) {
  const { room, people, mayWrite, moderates = false, reveal = null } = props;
  const words = useTexts().chat;
  const control = useRef<ListControl | null>(null);
  const [replyTo, setReplyTo] = useState<ChatMessage | null>(null);
  const [editing, setEditing] = useState<ChatMessage | null>(null);
  const [removing, setRemoving] = useState<ChatMessage | null>(null);
  const [seenOf, setSeenOf] = useState<ChatMessage | null>(null);
  const known = room.room.value;
  const ready = known.is === 'ready';

  useEffect(() => {
    if (ready && reveal !== null) control.current?.reveal(reveal);
  }, [ready, reveal]);

  if (known.is === 'loading') return <ChatSkeleton />;
  if (known.is === 'failed') {
    const missing = known.failure.code === 'NOT_FOUND';
    return (
      <div class="chat-failed">
        <FailureNote
          failure={known.failure}
          text={missing ? [words.noRoom, words.noRoomHint] : undefined}
        >
          {!missing && (
            <button type="button" class="button" onClick={() => void room.load()}>
              {words.retry}
            </button>
          )}
        </FailureNote>
      </div>
    );
  }
  return (
    <div class="chat-room" data-testid="chat-room">
      {!room.connected.value && (
        <p class="chat-offline" role="status">
          {words.offline}
        </p>
      )}
      <MessageList
        {...{ room, people, mayWrite, moderates, control }}
        actions={{
          reply: (message) => {
            setEditing(null);
            setReplyTo(message);
          },
          edit: setEditing,
          remove: setRemoving,
          react: ({ id }, reaction, on) => room.change(id, { is: 'react', reaction, on }),
          showSeen: setSeenOf,
        }}
      />
      <p class="typing-line small muted" role="status" data-testid="typing-line">
        {room.typing.value.length > 0 && words.typing(room.typing.value)}
      </p>
      {mayWrite ? (
        <Composer
          {...{ room, people, replyTo, editing }}
          onSent={() => {
            setReplyTo(null);
            control.current?.toEnd();
          }}
          onCancel={() => {
            setReplyTo(null);
            setEditing(null);
          }}
          onEditLast={() => {
            // The last one is on its way: to change the one before is not what was meant.
            if (room.outgoing.value.length > 0) return;
            const last = room.messages.value.findLast(
              ({ senderId, deletedAt }) => senderId === room.selfId && deletedAt === null,
            );
            if (last) setEditing(last);
          }}
        />
      ) : (
        <p class="chat-closed muted">{words.mayNotWrite}</p>
      )}
      {removing && (
        <Confirm
          title={words.removeConfirm}
          hint={words.removeHint}
          action={words.remove}
          onConfirm={() => room.change(removing.id, { is: 'remove' })}
          onClose={() => setRemoving(null)}
        />
      )}
      {seenOf && <SeenDialog room={room} messageId={seenOf.id} onClose={() => setSeenOf(null)} />}
    </div>
  );
}

export function ChatSkeleton() {
  const texts = useTexts();
  return (
    <div class="skeletons chat-skeleton" role="status" aria-label={texts.app.loading}>
      <span />
      <span />
      <span />
    </div>
  );
}
