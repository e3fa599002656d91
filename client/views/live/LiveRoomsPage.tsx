import { Plus, Video } from 'lucide';
import { useState } from 'preact/hooks';
import '../../styles/ownLive.css';
import type { OwnLiveRoomView } from '../../../protocol/live.ts';
import type { OwnRoomsModel } from '../../state/live/liveModels.ts';
import { Dialog } from '../components/Dialog.tsx';
import { Icon } from '../components/Icon.tsx';
import { RetryNote } from '../components/RetryNote.tsx';
import { Shell } from '../components/Shell.tsx';
import { useApp, useTexts } from '../context.ts';
import { followLink } from '../router.ts';
import { useLoaded } from '../useLoaded.ts';
import { usePolling } from '../usePolling.ts';
import { useRetry } from '../useRetry.ts';
import { ActFailure } from './ActFailure.tsx';
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
        {rooms && <List rooms={rooms} />}
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

function List({ rooms }: { rooms: OwnRoomsModel }) {
  const { app } = useTexts();
  const { own } = useLiveTexts();
  const { failed, run, dismiss } = useRetry();
  usePolling(rooms.refresh, LOOK_EVERY_MS);
  const found = rooms.rooms.value;
  if (found.is === 'loading') {
    return (
      <div class="skeletons" role="status" aria-label={app.loading}>
        <span />
        <span />
      </div>
    );
  }
  if (found.is === 'failed') {
    return (
      <ActFailure failure={found.failure}>
        <button type="button" class="button" onClick={() => void rooms.refresh()}>
          {app.retry}
        </button>
      </ActFailure>
    );
  }
  if (found.value.length === 0) {
    return (
      <div class="empty">
        <strong>{own.empty}</strong>
        <span class="muted">{own.emptyHint}</span>
      </div>
    );
  }
  return (
    <>
      <ul class="live-room-list">
        {found.value.map((room) => (
          <RoomCard key={room.roomId} rooms={rooms} room={room} />
        ))}
      </ul>
      {rooms.hasMore.value && (
        <button type="button" class="button" onClick={() => run(() => rooms.loadMore())}>
          {own.more}
        </button>
      )}
      <RetryNote {...{ failed, dismiss }} />
    </>
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
