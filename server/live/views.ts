import type { LiveRoomView, OwnLiveRoomView } from '../../protocol/live.ts';
import type { Publication } from './mixer/spec.ts';
import { stateOf, type LiveRoom, type LiveRoomRecord } from './stores.ts';

/** Where players begin. */
export function hlsPathOf(roomId: string): string {
  return `/live/${roomId}/hls/master.m3u8`;
}

/** Key n of a start is at `/n` below this. */
export function keyPathOf(roomId: string, nonce: string): string {
  return `/api/rooms/${roomId}/keys/${nonce}`;
}

/** How a start of a room is encrypted; null: it never began. */
export function publicationOf({
  roomId,
  nonce,
  keySecret,
}: Pick<LiveRoomRecord, 'roomId' | 'nonce' | 'keySecret'>): Publication | null {
  if (nonce === null || keySecret === null) return null;
  return { keySecret, keyPath: keyPathOf(roomId, nonce) };
}

/** What anyone may see of a room who knows its address. */
export function publicView(live: LiveRoom): LiveRoomView {
  const { roomId, title, startedAt, stoppedAt } = live.room;
  return {
    ...{ roomId, title, ...stateOf(live), hlsUrl: hlsPathOf(roomId) },
    startedAt: toInstant(startedAt),
    stoppedAt: toInstant(stoppedAt),
  };
}

/** What its host sees. */
export function ownView(live: LiveRoom): OwnLiveRoomView {
  const { meetingId, meetingCode, desired, createdAt } = live.room;
  return {
    ...{ ...publicView(live), meetingId, meetingCode, desired },
    createdAt: new Date(createdAt).toISOString(),
  };
}

function toInstant(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
