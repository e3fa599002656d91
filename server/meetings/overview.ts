import type { MeetingParts } from './createParts.ts';
import type { MeetingRecord } from './stores.ts';

/** What a live meeting looks like from outside. */
export interface MeetingOverview extends Pick<MeetingRecord, 'id' | 'code' | 'title'> {
  epoch: number;
  participants: number;
  waiting: number;
  /** When the first of those who are in came; null when nobody has. */
  since: number | null;
}

export function overviewOf(
  { id, code, title }: Readonly<MeetingRecord>,
  { attendance, roster, waitingRoom }: MeetingParts,
): MeetingOverview {
  const since = roster.size === 0 ? null : attendance.startedAt;
  const { epoch } = roster.fence;
  return {
    ...{ id, code, title, epoch, since },
    participants: roster.size,
    waiting: waitingRoom.size,
  };
}
