import type { ErrorCode } from '../../protocol/errors.ts';
import type { Role } from '../../protocol/meetings.ts';
import { isHosting } from '../../protocol/rights.ts';
import type { Principal } from '../auth/Principal.ts';
import type { MeetingRecord } from './stores.ts';

/** Who asks, as far as a decision depends on it. */
export type Visitor =
  | Pick<Extract<Principal, { kind: 'account' }>, 'kind' | 'userId' | 'email'>
  | Pick<Extract<Principal, { kind: 'guest' }>, 'kind' | 'userId' | 'meetingId'>;

/** What is known about somebody at the door. */
export interface Standing {
  /** The role that they will have. */
  role: Role;
  banned: boolean;
  /** A host lets them in whenever they come. */
  trusted: boolean;
  /** Was let in, and has not left since. */
  admitted: boolean;
  passcode: PasscodeState;
}

/** What a decision about somebody at the door depends on beside them. Times in milliseconds. */
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
  | { does: 'enter' }
  | { does: 'wait' }
  | { does: 'refuse'; code: ErrorCode; details?: Record<string, unknown> };

/** Whether the passcode that was given opens the meeting, as verified beforehand. */
export type PasscodeState = 'right' | 'wrong' | 'missing';

/**
 * Decides about somebody who is not in the meeting yet. The order of the refusals is part of the
 * contract: nobody learns whether a passcode is right who may not enter anyway. Hosts are stopped by
 * the end of the meeting and its capacity alone, as are those who were in and only lost their
 * connection.
 */
export function decideAtDoor(visitor: Visitor, standing: Standing, door: DoorState): DoorDecision {
  const { meeting } = door;
  if (isOver(meeting, door.occupied, door.now)) return refuse('ENDED');
  if (standing.banned) return refuse('BANNED');
  if (visitor.kind === 'guest' && visitor.meetingId !== meeting.id) return refuse('FORBIDDEN');
  const open = isHosting(standing.role) || standing.admitted;
  const refusal = open ? null : refusalOfStranger(visitor, standing, door);
  if (refusal) return refusal;
  if (door.occupied >= meeting.capacity) return refuse('FULL', { capacity: meeting.capacity });
  return { does: open || passesWaitingRoom(visitor, standing, door) ? 'enter' : 'wait' };
}

function refusalOfStranger(
  visitor: Visitor,
  { passcode }: Standing,
  { meeting, invited, hostPresent, now, earlyStartMs }: DoorState,
): DoorDecision | null {
  if (visitor.kind === 'guest' && (!meeting.allowGuests || meeting.access !== 'link')) {
    return refuse('GUESTS_NOT_ALLOWED');
  }
  if (meeting.access === 'invited' && !isInvited(visitor, invited)) return refuse('FORBIDDEN');
  if (meeting.startsAt !== null && now < meeting.startsAt - earlyStartMs && !hostPresent) {
    return refuse('NOT_STARTED', { startsAt: new Date(meeting.startsAt).toISOString() });
  }
  if (meeting.passcodeHash !== null && passcode !== 'right') {
    return refuse(passcode === 'missing' ? 'PASSCODE_REQUIRED' : 'PASSCODE_WRONG');
  }
  return meeting.locked ? refuse('LOCKED') : null;
}

function passesWaitingRoom(
  visitor: Visitor,
  { trusted }: Standing,
  { meeting, invited }: DoorState,
): boolean {
  if (!meeting.waitingRoom || trusted) return true;
  switch (meeting.autoAdmit) {
    case 'nobody':
      return false;
    case 'members':
      return visitor.kind === 'account';
    case 'invited':
      return isInvited(visitor, invited);
    case 'anyone':
      return true;
  }
}

function isInvited(visitor: Visitor, invited: ReadonlySet<string>): boolean {
  return visitor.kind === 'account' && invited.has(visitor.email);
}

function refuse(code: ErrorCode, details?: Record<string, unknown>): DoorDecision {
  return { does: 'refuse', code, ...(details && { details }) };
}

/** Whether somebody who waits already goes on waiting: what stands against them now may pass. */
export function outwaits(code: ErrorCode): boolean {
  return code === 'FULL' || code === 'LOCKED' || code === 'NOT_STARTED';
}

/** Ended by a host, or past its end with nobody in it. */
export function isOver(meeting: MeetingRecord, occupied: number, now: number): boolean {
  if (meeting.endedAt !== null) return true;
  return meeting.endsAt !== null && now >= meeting.endsAt && occupied === 0;
}
