import type { ErrorCode } from '../../protocol/errors.ts';
import type { Role } from '../../protocol/meetings.ts';
import type { Principal } from '../auth/Principal.ts';
import type { MeetingRecord } from './stores.ts';

/** What a decision about somebody at the door depends on. Times in milliseconds. */
export interface DoorState {
  meeting: MeetingRecord;
  invited: ReadonlySet<string>;
  /** People in the meeting now, those reconnecting included. */
  occupied: number;
  hostPresent: boolean;
  now: number;
  /** How long before its start a meeting opens for everyone. */
  earlyStartMs: number;
}

export type DoorDecision =
  | { admit: true; role: Role }
  | { admit: false; code: ErrorCode; details?: Record<string, unknown> };

/** Whether the passcode that was given opens the meeting, as verified beforehand. */
export type PasscodeState = 'right' | 'wrong' | 'missing';

export function roleOf(principal: Principal, meeting: MeetingRecord): Role {
  if (principal.kind === 'guest') return 'guest';
  return principal.userId === meeting.hostId ? 'host' : 'participant';
}

/**
 * Decides about somebody who is not in the meeting yet. The order of the refusals is part of the
 * contract: nobody learns whether a passcode is right who may not enter anyway.
 */
export function decideAtDoor(
  principal: Principal,
  passcode: PasscodeState,
  door: DoorState,
): DoorDecision {
  const { meeting, now } = door;
  const role = roleOf(principal, meeting);
  const refuse = (code: ErrorCode, details?: Record<string, unknown>): DoorDecision => ({
    admit: false,
    code,
    ...(details && { details }),
  });

  if (isOver(meeting, door.occupied, now)) return refuse('ENDED');
  if (principal.kind === 'guest') {
    if (principal.meetingId !== meeting.id) return refuse('FORBIDDEN');
    if (!meeting.allowGuests || meeting.access !== 'link') return refuse('GUESTS_NOT_ALLOWED');
  }
  if (
    meeting.access === 'invited' &&
    role !== 'host' &&
    !(principal.kind === 'account' && door.invited.has(principal.email))
  ) {
    return refuse('FORBIDDEN');
  }
  if (role !== 'host') {
    const opensAt = (meeting.startsAt ?? 0) - door.earlyStartMs;
    if (now < opensAt && !door.hostPresent && meeting.startsAt !== null) {
      return refuse('NOT_STARTED', { startsAt: new Date(meeting.startsAt).toISOString() });
    }
    if (meeting.passcodeHash !== null && passcode !== 'right') {
      return refuse(passcode === 'missing' ? 'PASSCODE_REQUIRED' : 'PASSCODE_WRONG');
    }
    if (meeting.locked) return refuse('LOCKED');
  }
  if (door.occupied >= meeting.capacity) return refuse('FULL', { capacity: meeting.capacity });
  return { admit: true, role };
}

/** Ended by a host, or past its end with nobody in it. */
export function isOver(meeting: MeetingRecord, occupied: number, now: number): boolean {
  if (meeting.endedAt !== null) return true;
  return meeting.endsAt !== null && now >= meeting.endsAt && occupied === 0;
}
