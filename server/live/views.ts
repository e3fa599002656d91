import type { LiveRoomView } from '../../protocol/live.ts';
import { stateOf, type LiveRoom } from './stores.ts';

/** Where players begin. */
export function hlsPathOf(roomId: string): string {
  return `/live/${roomId}/hls/master.m3u8`;
}

/** Key n of a start is at `/n` below this. */
export function keyPathOf(roomId: string, nonce: string): string {
  return `/api/rooms/${roomId}/keys/${nonce}`;
}

/** What anyone may see of a room who knows its address. */
export function publicView(live: LiveRoom): LiveRoomView {
  const { roomId, title, startedAt, stoppedAt } = live.room;
  return {
    ...{ roomId, title, ...stateOf(live) },
    hlsUrl: hlsPathOf(roomId),
    startedAt: startedAt === null ? null : new Date(startedAt).toISOString(),
    stoppedAt: stoppedAt === null ? null : new Date(stoppedAt).toISOString(),
  };
}
