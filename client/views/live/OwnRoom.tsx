import { KeyRound, Trash2 } from 'lucide';
import { useState } from 'preact/hooks';
import type { OwnLiveRoomView } from '../../../protocol/live.ts';
import type { OwnRoomsModel } from '../../state/live/liveModels.ts';
import { CopyButton } from '../components/CopyButton.tsx';
import { Confirm } from '../components/Dialog.tsx';
import { Icon } from '../components/Icon.tsx';
import { RetryNote } from '../components/RetryNote.tsx';
import { useRetry } from '../useRetry.ts';
import { PinDialog } from './PinDialog.tsx';
import { Pushes } from './Pushes.tsx';
import { StartStop } from './StartStop.tsx';
import { liveLink } from './suggestions.ts';
import { useLiveTexts } from './useLiveTexts.ts';

interface OwnRoomProps {
  rooms: OwnRoomsModel;
  room: OwnLiveRoomView;
}

/** What there is to know of one's live room for those who are to listen, and everything that one can do to it. */
export function OwnRoom({ rooms, room }: OwnRoomProps) {
  const { own } = useLiveTexts();
  const [asking, setAsking] = useState<'pin' | 'remove' | null>(null);
  const { failed, run, dismiss } = useRetry();
  const { roomId, title, state } = room;
  const isGoing = state === 'removing' || state === 'removed';
  const isOnAir = state === 'on-air' || state === 'starting';
  const close = (): void => setAsking(null);
  return (
    <>
      <Invitation room={room} pin={rooms.pinOf(roomId)} />
      <RetryNote {...{ failed, dismiss }} texts={own.failures} />
      <div class="live-actions">
        <StartStop rooms={rooms} room={room} run={run} />
        <button
          type="button"
          class="button"
          aria-label={own.ofName(own.changePin, title)}
          aria-disabled={isGoing}
          onClick={() => {
            if (!isGoing) setAsking('pin');
          }}
        >
          <Icon of={KeyRound} size={18} />
          {own.changePin}
        </button>
        <button
          type="button"
          class="button"
          aria-label={own.ofName(own.remove, title)}
          aria-disabled={isGoing}
          aria-busy={isGoing}
          onClick={() => {
            if (!isGoing) setAsking('remove');
          }}
        >
          <Icon of={Trash2} size={18} />
          {own.remove}
        </button>
      </div>
      {!isGoing && <Pushes rooms={rooms} roomId={roomId} />}
      {asking === 'pin' && <PinDialog rooms={rooms} room={room} onClose={close} />}
      {asking === 'remove' && (
        <Confirm
          title={own.removeTitle}
          hint={isOnAir ? own.removeOnAirHint : own.removeHint}
          action={own.remove}
          onConfirm={() => run(() => rooms.remove(roomId))}
          onClose={close}
        />
      )}
    </>
  );
}

/** Link and PIN, each to copy, and both together. */
function Invitation({ room, pin }: { room: OwnLiveRoomView; pin: string | null }) {
  const { own } = useLiveTexts();
  const link = liveLink(room.roomId);
  return (
    <div class="live-invitation">
      <dl class="live-lines">
        <div>
          <dt>{own.link}</dt>
          <dd>
            <a href={link} target="_blank" rel="noreferrer">
              {link.replace(/^https?:\/\//, '')}
            </a>
            <CopyButton text={link} label={own.copyLink} compact />
          </dd>
        </div>
        <div>
          <dt>{own.pin}</dt>
          <dd>
            {pin === null ? (
              <span class="muted small">{own.pinUnknown}</span>
            ) : (
              <>
                <code data-testid="live-own-pin">{pin}</code>
                <CopyButton text={pin} label={own.copyPin} compact />
              </>
            )}
          </dd>
        </div>
      </dl>
      {pin !== null && <CopyButton text={own.invite(room.title, link, pin)} label={own.copyBoth} />}
    </div>
  );
}
