import { BellOff, Search, SquarePen, Users, Video } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import type { ChatRoom } from '../../../protocol/chat.ts';
import type { ChatModel, SearchResult } from '../../state/chatModels.ts';
import type { Failure } from '../../state/models.ts';
import { Avatar } from '../components/Avatar.tsx';
import { FailureNote } from '../components/FailureNote.tsx';
import { Icon } from '../components/Icon.tsx';
import { RetryNote } from '../components/RetryNote.tsx';
import { toFailure, useTexts } from '../context.ts';
import { followLink } from '../router.ts';
import { useRetry } from '../useRetry.ts';
import { momentOf } from './chatTime.ts';
import { roomName } from './roomName.ts';

const SEARCH_AFTER_MS = 300;

interface RoomListProps {
  chat: ChatModel;
  current: string | null;
  onNew: () => void;
  onFound: (result: SearchResult) => void;
}

/** Everybody one has written with, and what was written. */
export function RoomList({ chat, current, onNew, onFound }: RoomListProps) {
  const texts = useTexts();
  const words = texts.chat;
  const [text, setText] = useState('');
  const rooms = chat.rooms.value;
  const { failed, run, dismiss } = useRetry();
  return (
    <section class="chat-rooms" aria-label={words.rooms}>
      <header class="chat-rooms-head">
        <h2>{words.title}</h2>
        <button
          type="button"
          class="icon-button"
          aria-label={words.newChat}
          title={words.newChat}
          onClick={onNew}
        >
          <Icon of={SquarePen} />
        </button>
      </header>
      <label class="chat-search">
        <Icon of={Search} size={16} />
        <span class="visually-hidden">{words.search}</span>
        <input
          type="search"
          value={text}
          maxLength={100}
          placeholder={words.search}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      {text.trim() !== '' ? (
        <Found chat={chat} text={text.trim()} onFound={onFound} />
      ) : (
        <>
          {rooms.is === 'loading' && (
            <div class="skeletons" role="status" aria-label={texts.app.loading}>
              <span />
              <span />
            </div>
          )}
          {rooms.is === 'failed' && (
            <FailureNote failure={rooms.failure}>
              <button type="button" class="button" onClick={() => void chat.load()}>
                {texts.app.retry}
              </button>
            </FailureNote>
          )}
          {rooms.is === 'ready' && rooms.value.length === 0 && (
            <div class="empty">
              <strong>{words.empty}</strong>
              <span class="muted">{words.emptyHint}</span>
            </div>
          )}
          {rooms.is === 'ready' && rooms.value.length > 0 && (
            <ul class="room-list" data-testid="room-list">
              {rooms.value.map((room) => (
                <RoomRow key={room.id} room={room} selfId={chat.selfId} current={current} />
              ))}
            </ul>
          )}
          {chat.hasMore.value && (
            <button type="button" class="button" onClick={() => run(() => chat.loadMore())}>
              {words.more}
            </button>
          )}
          <RetryNote {...{ failed, dismiss }} />
        </>
      )}
    </section>
  );
}

function RoomRow({
  room,
  selfId,
  current,
}: {
  room: ChatRoom;
  selfId: string;
  current: string | null;
}) {
  const texts = useTexts();
  const words = texts.chat;
  const { id, last, unread, muted } = room;
  const name = roomName(texts, room, selfId);
  return (
    <li>
      <a
        class="room-row"
        href={`/chat/${id}`}
        aria-current={id === current ? 'page' : undefined}
        onClick={followLink}
      >
        <RoomPicture room={room} selfId={selfId} name={name} />
        <span class="room-text">
          <span class="room-name">
            <strong dir="auto">{name}</strong>
            {muted && (
              <span title={words.muted}>
                <Icon of={BellOff} size={14} />
                <span class="visually-hidden">{words.muted}</span>
              </span>
            )}
          </span>
          <span class="room-last muted small">
            {typeof last?.deletedAt === 'string' && <em>{words.deleted}</em>}
            {last?.deletedAt === null &&
              words.wrote(last.senderId === selfId ? words.you : last.senderName, last.content)}
            {!last && room.kind === 'meeting-private' && words.privateRoom}
          </span>
        </span>
        <span class="room-side">
          <time class="muted small" dateTime={room.activeAt}>
            {momentOf(texts, room.activeAt)}
          </time>
          {unread > 0 && (
            <span class={muted ? 'section-badge quiet' : 'section-badge'}>
              <span aria-hidden="true">{unread > 99 ? '99+' : unread}</span>
              <span class="visually-hidden">{words.unread(unread)}</span>
            </span>
          )}
        </span>
      </a>
    </li>
  );
}

/** The other's colours, or what kind of room it is. */
export function RoomPicture({
  room,
  selfId,
  name,
}: {
  room: Pick<ChatRoom, 'kind' | 'members'>;
  selfId: string;
  name: string;
}) {
  const other = room.members.find(({ userId }) => userId !== selfId);
  if (room.kind === 'group' || room.kind === 'meeting') {
    return (
      <span class="avatar room-icon" aria-hidden="true">
        <Icon of={room.kind === 'group' ? Users : Video} size={18} />
      </span>
    );
  }
  return <Avatar name={name} id={other?.userId ?? selfId} />;
}

function Found({
  chat,
  text,
  onFound,
}: {
  chat: ChatModel;
  text: string;
  onFound: (result: SearchResult) => void;
}) {
  const texts = useTexts();
  const words = texts.chat;
  const [found, setFound] = useState<{ results: readonly SearchResult[]; next: string | null }>();
  const [failure, setFailure] = useState<Failure | null>(null);
  useEffect(() => {
    setFound(undefined);
    setFailure(null);
    if (text.length < 2) return;
    let wanted = true;
    const timer = setTimeout(() => {
      chat.search(text, null).then(
        (page) => wanted && setFound(page),
        (error: unknown) => wanted && setFailure(toFailure(error)),
      );
    }, SEARCH_AFTER_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [text]);

  async function more(): Promise<void> {
    if (!found) return;
    try {
      const page = await chat.search(text, found.next);
      setFound({ results: [...found.results, ...page.results], next: page.next });
    } catch (error) {
      setFailure(toFailure(error));
    }
  }

  if (text.length < 2) return <p class="muted small">{words.searchHint}</p>;
  if (failure) return <FailureNote failure={failure} />;
  return (
    <div aria-live="polite">
      {found?.results.length === 0 && <p class="muted">{words.nothingFound}</p>}
      <ul class="room-list" aria-label={words.results}>
        {found?.results.map((result) => (
          <li key={result.message.id}>
            <button type="button" class="room-row" onClick={() => onFound(result)}>
              <span class="room-text">
                <span class="room-name">
                  <strong>
                    {result.room.title === null
                      ? result.message.senderName
                      : words.inRoom(result.message.senderName, result.room.title)}
                  </strong>
                </span>
                <span class="room-last small">{result.message.content}</span>
              </span>
              <time class="muted small" dateTime={result.message.createdAt}>
                {momentOf(texts, result.message.createdAt)}
              </time>
            </button>
          </li>
        ))}
      </ul>
      {found?.next && (
        <button type="button" class="button" onClick={() => void more()}>
          {words.more}
        </button>
      )}
    </div>
  );
}
