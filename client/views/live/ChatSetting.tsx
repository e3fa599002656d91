import type { OwnLiveRoomView } from '../../../protocol/live.ts';
import { listenerChat } from '../../../protocol/liveChat.ts';
import type { OwnRoomsModel } from '../../state/live/liveModels.ts';
import { LiveSelect } from '../hosting/LiveSetting.tsx';
import { useLiveTexts } from './useLiveTexts.ts';

interface ChatSettingProps {
  rooms: OwnRoomsModel;
  room: OwnLiveRoomView;
  /** Says what failed, with a way to try it again. */
  run: (work: () => Promise<unknown>) => void;
}

/** What listeners may do with the meeting's chat. */
export function ChatSetting({ rooms, room, run }: ChatSettingProps) {
  const { own } = useLiveTexts();
  return (
    <div class="live-chat-setting" data-testid="live-chat-setting">
      <LiveSelect
        label={own.chat}
        value={room.listenerChat}
        options={listenerChat.options.map((value) => ({ value, label: own.chats[value] }))}
        onChange={(value) =>
          new Promise((resolve) => {
            run(() => rooms.openChat(room.roomId, value).finally(resolve));
          })
        }
      />
      <p class="muted small">{own.chatHint}</p>
    </div>
  );
}
