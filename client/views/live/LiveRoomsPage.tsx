import { Plus, Video } from 'lucide';
import { useState } from 'preact/hooks';
import '../../styles/ownLive.css';
import type { OwnLiveRoomView } from '../../../protocol/live.ts';
import type { OwnRoomsModel } from '../../state/live/liveModels.ts';
import { Dialog } from '../components/Dialog.tsx';
import { Icon } from '../components/Icon.tsx';
import { PagedItems } from '../components/PagedItems.tsx';
import { Shell } from '../components/Shell.tsx';
import { useApp, useTexts } from '../context.ts';
import { followLink } from '../router.ts';
import { useLoaded } from '../useLoaded.ts';
import { OwnRoom } from './OwnRoom.tsx';
import { RoomForm } from './RoomForm.tsx';
import { RoomState } from './RoomState.tsx';
import { useLiveTexts } from './useLiveTexts.ts';

const LOOK_EVERY_MS = 3_000;

/** Live rooms that one hosts. */
export function LiveRoomsPage() {
  const app = useApp();
  const { own } = useLiveTexts();
  const rooms = useLoaded(() => app.ownLiveRooms(null));
  const [creating, setCreating] = useState(false);
  const close = (): void => setCreating(false);
  return (
    <Shell title={own.title}>
      <div class="live-rooms">
        <header class="live-rooms-head">
          <div>
            <h1>{own.title}</h1>
            <p class="muted">{own.hint}</p>
          </div>
          <button type="button" class="button primary" onClick={() => setCreating(true)}>
            <Icon of={Plus} />
            {own.create}
          </button>
        </header>
        {rooms && (
          <PagedItems
            {...{ list: { ...rooms, items: rooms.rooms }, everyMs: LOOK_EVERY_MS }}
            {...{ class: 'live-room-list', words: own, texts: own.failures }}
          >
            {(room) => <RoomCard key={room.roomId} {...{ rooms, room }} />}
          </PagedItems>
        )}
      </div>
      {creating && rooms && (
        <Dialog title={own.create} onClose={close}>
          <p class="muted live-dialog-hint">{own.createHint}</p>
          <RoomForm rooms={rooms} meeting={null} onCreated={close} />
        </Dialog>
      )}
    </Shell>
  );
}

function RoomCard({ rooms, room }: { rooms: OwnRoomsModel; room: OwnLiveRoomView }) {
  const { locale } = useTexts();
  const { own } = useLiveTexts();
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const { title, state, startedAt, meetingCode } = room;
  return (
    <li class="card live-room" data-testid={`live-room-${room.roomId}`}>
      <header class="live-room-head">
        <h2 dir="auto">{title}</h2>
        <RoomState room={room} />
      </header>
      {state === 'on-air' && startedAt !== null && (
        <p class="muted small">{own.since(format.format(new Date(startedAt)))}</p>
      )}
      <OwnRoom rooms={rooms} room={room} />
      <a
        class="button live-open"
        href={`/m/${meetingCode}`}
        aria-label={own.ofName(own.openMeeting, title)}
        onClick={followLink}
      >
        <Icon of={Video} size={18} />
        {own.openMeeting}
      </a>
    </li>
  );
}
