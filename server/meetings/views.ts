import type { MeetingView } from '../../protocol/meetings.ts';
import type { MeetingRecord } from './stores.ts';

/** What anyone who knows the id or code may see. */
export function toMeetingView(meeting: MeetingRecord): MeetingView {
  return {
    id: meeting.id,
    code: meeting.code,
    title: meeting.title,
    hostId: meeting.hostId,
    hostName: meeting.hostName,
    capacity: meeting.capacity,
    waitingRoom: meeting.waitingRoom,
    autoAdmit: meeting.autoAdmit,
    allowGuests: meeting.allowGuests,
    access: meeting.access,
    hasPasscode: meeting.passcodeHash !== null,
    locked: meeting.locked,
    settings: meeting.settings,
    startsAt: toInstant(meeting.startsAt),
    endsAt: toInstant(meeting.endsAt),
    endedAt: toInstant(meeting.endedAt),
    createdAt: new Date(meeting.createdAt).toISOString(),
  };
}

function toInstant(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
