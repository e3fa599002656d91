import type { OwnLiveRoomView } from '../../../protocol/live.ts';
import { useLiveTexts } from './useLiveTexts.ts';

/** What a room is doing, in a word. */
export function RoomState({ room }: { room: OwnLiveRoomView }) {
  const { own } = useLiveTexts();
  const { state, interrupted } = room;
  const isOnAir = state === 'on-air' && !interrupted;
  return (
    <span
      class={isOnAir ? 'live-state on' : 'live-state'}
      role="status"
      data-testid="live-state"
      data-state={state}
    >
      <span class="live-state-dot" />
      {interrupted ? own.interrupted : own.states[state]}
    </span>
  );
}
