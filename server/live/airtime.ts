import type { LiveRoomRecord } from './stores.ts';

/** What was on air can be heard to its end, by those who are behind. */
const AFTER_END_MS = 60_000;

/** Whether a room is heard at this moment: it is on air, or was until a moment ago. @param now since the Unix epoch */
export function isHeard(
  { desired, stoppedAt }: Pick<LiveRoomRecord, 'desired' | 'stoppedAt'>,
  now: number,
): boolean {
  switch (desired) {
    case 'on-air':
      return true;
    case 'off':
      return stoppedAt !== null && now - stoppedAt < AFTER_END_MS;
    case 'removed':
      return false;
  }
}
