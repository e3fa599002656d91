import type { OwnLiveRoomView } from '../../../protocol/live.ts';
import type { OwnRoomsModel } from '../../state/live/liveModels.ts';
import { LiveSwitch } from '../hosting/LiveSetting.tsx';
import { useLiveTexts } from './useLiveTexts.ts';

interface ReplaySettingProps {
  rooms: OwnRoomsModel;
  room: OwnLiveRoomView;
  /** Says what failed, with a way to try it again. */
  run: (work: () => Promise<unknown>) => void;
}

/** Whether listeners may watch what was recorded, and what that opens. */
export function ReplaySetting({ rooms, room, run }: ReplaySettingProps) {
  const { own } = useLiveTexts();
  return (
    <div data-testid="live-replay-setting">
      <LiveSwitch
        label={own.replay}
        hint={own.replayHint}
        on={room.replay}
        onChange={(on) =>
          new Promise((resolve) => {
            run(() => rooms.offerReplay(room.roomId, on).finally(resolve));
          })
        }
      />
    </div>
  );
}
