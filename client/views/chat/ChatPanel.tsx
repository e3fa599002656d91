import { useEffect, useRef } from 'preact/hooks';
import type { MeetingModel } from '../../state/models.ts';
import { PicturesContext } from '../components/Avatar.tsx';
import { useTexts } from '../context.ts';
import { Panel } from '../meeting/Panel.tsx';
import { ChatRoomView } from './ChatRoomView.tsx';

/** The chat of a meeting: with everybody, and with each of those one writes to alone. */
export function ChatPanel({ meeting, onClose }: { meeting: MeetingModel; onClose: () => void }) {
  const words = useTexts().chat;
  const { chat } = meeting;
  const conversations = chat.conversations.value;
  const shown = chat.shown.value;
  const meetingId = meeting.meeting.value.id;
  const here = meeting.people.value.filter(({ companion }) => !companion);
  useEffect(() => {
    if (!chat.shown.value) chat.show(meetingId);
    return () => chat.hide();
  }, [chat]);
  const pictures = usePictures(meeting);
  const current = conversations.find(({ roomId }) => roomId === shown?.roomId);
  // Who has left is not there to read.
  const other = current?.userId ?? null;
  const reachable = other === null || here.some(({ userId }) => userId === other);
  return (
    <Panel title={words.open} testId="chat-panel" onClose={onClose}>
      {conversations.length > 1 && (
        <div class="chat-chips" role="group" aria-label={words.conversations}>
          {conversations.map(({ roomId, userId, name, unread }) => (
            <button
              key={roomId}
              type="button"
              class="chat-chip"
              aria-pressed={roomId === shown?.roomId}
              onClick={() => chat.show(roomId)}
            >
              {userId === null ? words.everyone : name}
              {unread > 0 && (
                <span class="section-badge">
                  <span aria-hidden="true">{unread}</span>
                  <span class="visually-hidden">{words.unread(unread)}</span>
                </span>
              )}
            </button>
          ))}
        </div>
      )}
      {other === null && <Overheard meeting={meeting} />}
      {shown && (
        <PicturesContext.Provider value={pictures}>
          <ChatRoomView
            key={shown.roomId}
            room={shown}
            people={here.map(({ userId, name }) => ({ userId, name }))}
            mayWrite={meeting.may('chat') && reachable}
            moderates={meeting.may('change-settings')}
          />
        </PicturesContext.Provider>
      )}
    </Panel>
  );
}

/** That what is written here goes beyond those who are here. */
function Overheard({ meeting }: { meeting: MeetingModel }) {
  const words = useTexts().chat;
  const { roomId, listenerChat } = meeting.broadcast.value;
  const isHeard = roomId !== null && listenerChat !== 'off';
  return (
    <p class={isHeard ? 'chat-overheard' : 'visually-hidden'} role="status">
      {isHeard && (listenerChat === 'write' ? words.listenersWrite : words.listenersRead)}
    </p>
  );
}

/** Of everybody who is there, and who was when they wrote. The same map until one of them is another. */
function usePictures({ people }: MeetingModel): ReadonlyMap<string, string> {
  const known = useRef<ReadonlyMap<string, string>>(new Map());
  const next = new Map(known.current);
  for (const { userId, avatarUrl } of people.value) {
    if (avatarUrl === null) next.delete(userId);
    else next.set(userId, avatarUrl);
  }
  const same =
    next.size === known.current.size &&
    [...next].every(([userId, address]) => known.current.get(userId) === address);
  if (!same) known.current = next;
  return known.current;
}
