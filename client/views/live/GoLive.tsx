import '../../styles/ownLive.css';
import type { MeetingModel } from '../../state/models.ts';
import type { OwnRoomsModel } from '../../state/live/liveModels.ts';
import { FailureNote } from '../components/FailureNote.tsx';
import { useApp, useTexts } from '../context.ts';
import { useLoaded } from '../useLoaded.ts';
import { usePolling } from '../usePolling.ts';
import { HealthFigures } from './HealthFigures.tsx';
import { OwnRoom } from './OwnRoom.tsx';
import { Preview } from './Preview.tsx';
import { RoomForm } from './RoomForm.tsx';
import { RoomState } from './RoomState.tsx';
import { useLiveTexts } from './useLiveTexts.ts';

const LOOK_EVERY_MS = 2_000;

/** Among the host's tools: the live room of this meeting. */
export function GoLive({ meeting }: { meeting: MeetingModel }) {
  const app = useApp();
  const { own } = useLiveTexts();
  const { id } = meeting.meeting.value;
  const rooms = useLoaded(() => app.ownLiveRooms(id));
  return (
    <section data-testid="go-live">
      <h3>{own.goLive}</h3>
      {rooms && <OfMeeting meeting={meeting} rooms={rooms} />}
    </section>
  );
}

function OfMeeting({ meeting, rooms }: { meeting: MeetingModel; rooms: OwnRoomsModel }) {
  const { app } = useTexts();
  const { own } = useLiveTexts();
  const { id, title } = meeting.meeting.value;
  usePolling(rooms.refresh, LOOK_EVERY_MS);
  const found = rooms.rooms.value;
  if (found.is === 'loading') return <p class="muted small">{app.loading}</p>;
  if (found.is === 'failed') {
    return (
      <FailureNote failure={found.failure} texts={own.failures}>
        <button type="button" class="button" onClick={() => void rooms.refresh()}>
          {app.retry}
        </button>
      </FailureNote>
    );
  }
  const [room] = found.value;
  if (!room) {
    return (
      <div class="live-own">
        <p class="muted small">{own.goLiveHint}</p>
        <RoomForm rooms={rooms} meeting={{ id, title }} />
      </div>
    );
  }
  const isRunning = room.state === 'on-air' || room.state === 'starting';
  return (
    <div class="live-own">
      <RoomState room={room} />
      <OwnRoom rooms={rooms} room={room} />
      {isRunning && <HealthFigures rooms={rooms} roomId={room.roomId} />}
      {room.state === 'on-air' && <Preview roomId={room.roomId} />}
    </div>
  );
}
