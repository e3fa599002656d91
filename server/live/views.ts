import type { LiveRoomView, OwnLiveRoomView } from '../../protocol/live.ts';
import { stateOf, type LiveRoom } from './stores.ts';

/** What anyone who knows its address may see of a live room. */
export function toLiveRoomView(found: LiveRoom): LiveRoomView {
  const { roomId, title, startedAt, stoppedAt } = found.room;
  return {
    ...{ roomId, title, ...stateOf(found), hlsUrl: `/live/${roomId}/hls/master.m3u8` },
    startedAt: toInstant(startedAt),
    stoppedAt: toInstant(stoppedAt),
  };
}

/** What its host sees. */
export function toOwnLiveRoomView(found: LiveRoom): OwnLiveRoomView {
  const { meetingId, meetingCode, desired, createdAt } = found.room;
  return {
    ...{ ...toLiveRoomView(found), meetingId, meetingCode, desired },
    createdAt: new Date(createdAt).toISOString(),
  };
}

function toInstant(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
