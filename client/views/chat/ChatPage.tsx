import { ArrowLeft, Bell, BellOff, LogOut, Pencil, Users } from 'lucide';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ChatRoom } from '../../../protocol/chat.ts';
import '../../styles/chat.css';
import type { ChatModel } from '../../state/chatModels.ts';
import type { Failure } from '../../state/models.ts';
import { Confirm } from '../components/Dialog.tsx';
import { FailureNote } from '../components/FailureNote.tsx';
import { Icon } from '../components/Icon.tsx';
import { CallButtons } from '../calls/CallButtons.tsx';
import { Menu, type MenuItem } from '../components/Menu.tsx';
import { RetryNote } from '../components/RetryNote.tsx';
import { Shell } from '../components/Shell.tsx';
import { toFailure, useApp, useTexts } from '../context.ts';
import { followLink, navigate, path } from '../router.ts';
import { useRetry } from '../useRetry.ts';
import { ChatRoomView, ChatSkeleton } from './ChatRoomView.tsx';
import { MembersDialog, RenameDialog } from './GroupDialogs.tsx';
import { NewChatDialog } from './NewChatDialog.tsx';
import { RoomList, RoomPicture } from './RoomList.tsx';
import { roomName } from './roomName.ts';

/** All chats: the list, and beside it the one that is read; on a phone one after the other. */
export function ChatPage() {
  const texts = useTexts();
  const chat = useApp().talk.value?.chat;
  return (
    <Shell title={texts.chat.title}>
      <h1 class="visually-hidden">{texts.chat.title}</h1>
      <div class="chat-page">{chat ? <Chats chat={chat} /> : <ChatSkeleton />}</div>
    </Shell>
  );
}

function Chats({ chat }: { chat: ChatModel }) {
  const words = useTexts().chat;
  const [, , first = '', second = ''] = path.value.split('/');
  const withWhom = first === 'with' && second !== '' ? decodeURIComponent(second) : null;
  const roomId = first === '' || withWhom !== null ? null : decodeURIComponent(first);
  const [asking, setAsking] = useState(false);
  const [found, setFound] = useState<{ roomId: string; seq: number } | null>(null);
  return (
    <div class={roomId === null && withWhom === null ? 'chats' : 'chats reading'}>
      <RoomList
        chat={chat}
        current={roomId}
        onNew={() => setAsking(true)}
        onFound={({ room, message }) => {
          setFound({ roomId: room.id, seq: message.seq });
          navigate(`/chat/${room.id}`);
        }}
      />
      {withWhom !== null && <Opening key={withWhom} chat={chat} userId={withWhom} />}
      {roomId !== null && (
        <OpenRoom
          key={roomId}
          chat={chat}
          roomId={roomId}
          reveal={found?.roomId === roomId ? found.seq : null}
        />
      )}
      {roomId === null && withWhom === null && (
        <p class="chat-choose muted">
          <span>{words.choose}</span>
        </p>
      )}
      {asking && <NewChatDialog chat={chat} onClose={() => setAsking(false)} />}
    </div>
  );
}

/** Goes to the room with somebody, which is made if there is none. */
function Opening({ chat, userId }: { chat: ChatModel; userId: string }) {
  const [failure, setFailure] = useState<Failure | null>(null);
  useEffect(() => {
    chat.create([userId], null).then(
      ({ id }) => navigate(`/chat/${id}`, 'replace'),
      (error: unknown) => setFailure(toFailure(error)),
    );
  }, [userId]);
  const words = useTexts().chat;
  return (
    <section class="chat-open">
      {failure ? (
        <div class="chat-failed">
          <FailureNote
            failure={failure}
            text={failure.code === 'NOT_FOUND' ? [words.noRoom, words.noRoomHint] : undefined}
          />
        </div>
      ) : (
        <ChatSkeleton />
      )}
    </section>
  );
}

function OpenRoom({
  chat,
  roomId,
  reveal,
}: {
  chat: ChatModel;
  roomId: string;
  reveal: number | null;
}) {
  const room = useMemo(() => chat.open(roomId), [chat, roomId]);
  useEffect(() => {
    void room.load();
    return () => chat.close(roomId);
  }, [room]);
  const known = room.room.value;
  const view = known.is === 'ready' ? known.value : null;
  return (
    <section class="chat-open">
      <OpenRoomHead chat={chat} room={view} />
      <ChatRoomView
        room={room}
        people={view?.members ?? []}
        mayWrite={view?.mayWrite ?? false}
        reveal={reveal}
      />
    </section>
  );
}

/** Which room it is, and what can be done about it as a whole. */
function OpenRoomHead({ chat, room }: { chat: ChatModel; room: ChatRoom | null }) {
  const texts = useTexts();
  const words = texts.chat;
  const [dialog, setDialog] = useState<'rename' | 'members' | 'leave' | null>(null);
  const { failed, run, dismiss } = useRetry();
  const listed = chat.rooms.value;
  const muted =
    (listed.is === 'ready' && listed.value.find(({ id }) => id === room?.id)?.muted) ?? false;
  const name = room ? roomName(texts, room, chat.selfId) : '';
  // Whoever may not be written to may not be rung, either.
  const other =
    room?.kind === 'direct' && room.mayWrite
      ? room.members.find(({ userId }) => userId !== chat.selfId)
      : undefined;
  const close = (): void => setDialog(null);
  const items: MenuItem[] = room
    ? [
        {
          label: muted ? words.unmute : words.mute,
          icon: muted ? Bell : BellOff,
          run: () => run(() => chat.mute(room.id, !muted)),
        },
        ...(room.kind === 'group'
          ? [
              { label: words.members, icon: Users, run: () => setDialog('members') },
              { label: words.rename, icon: Pencil, run: () => setDialog('rename') },
              {
                label: words.leave,
                icon: LogOut,
                danger: true,
                run: () => setDialog('leave'),
              },
            ]
          : []),
      ]
    : [];
  return (
    <>
      <header class="chat-head">
        <a
          class="icon-button chat-back"
          href="/chat"
          aria-label={texts.app.back}
          onClick={followLink}
        >
          <Icon of={ArrowLeft} />
        </a>
        {room && <RoomPicture room={room} selfId={chat.selfId} name={name} />}
        <div class="chat-head-text">
          <h2 dir="auto">{name}</h2>
          {room?.kind === 'group' && (
            <span class="muted small">{words.memberCount(room.memberCount)}</span>
          )}
          {room?.kind === 'meeting' && <span class="muted small">{words.meetingRoom}</span>}
          {room?.kind === 'meeting-private' && <span class="muted small">{words.privateRoom}</span>}
        </div>
        {other && <CallButtons person={{ id: other.userId, name: other.name }} />}
        {room && <Menu label={words.roomMenu} items={items} />}
        {room && dialog === 'rename' && <RenameDialog {...{ chat, room }} onClose={close} />}
        {room && dialog === 'members' && <MembersDialog {...{ chat, room }} onClose={close} />}
        {room && dialog === 'leave' && (
          <Confirm
            title={words.leaveConfirm}
            hint={words.leaveHint}
            action={words.leave}
            onConfirm={() =>
              run(() => chat.removeMember(room.id, chat.selfId).then(() => navigate('/chat')))
            }
            onClose={close}
          />
        )}
      </header>
      <RetryNote {...{ failed, dismiss }} />
    </>
  );
}
