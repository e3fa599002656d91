import type { Principal } from '../auth/Principal.ts';
import { AppError } from '../core/AppError.ts';
import { createId } from '../core/ids.ts';
import { decideAtDoor, type DoorState, type PasscodeState } from './joinPolicy.ts';
import type { Participant } from './Participant.ts';
import type { Roster } from './Roster.ts';
import type { ParticipantRecord } from './stores.ts';

export interface JoinRequest {
  principal: Principal;
  connectionId: string;
  passcode: PasscodeState;
  /** The hash that `passcode` was checked against. */
  passcodeHash: string | null;
  displayName: string | undefined;
  deviceId: string | null;
  takeOver: boolean;
}

/** A request whose turn has not come. */
export interface QueuedJoin {
  request: JoinRequest;
  resolve: (participantId: string) => void;
  reject: (error: unknown) => void;
}

/** A join and the place in the meeting that it leads to. */
export interface Seated {
  join: QueuedJoin;
  participant: Participant;
}

/** Somebody new, with what will be stored of their stay. */
export interface Admitted {
  join: QueuedJoin;
  record: ParticipantRecord;
}

/** What decides, beside who asks and who is in. */
type Rules = Omit<DoorState, 'occupied' | 'hostPresent'>;

/**
 * Sorts joins that wait together, first come, first served: who takes up their place again, who gets
 * a new one. The others are refused here, with the code that fits.
 */
export function sortJoins(
  queue: readonly QueuedJoin[],
  roster: Roster,
  rules: Rules,
): { rejoining: Seated[]; admitted: Admitted[] } {
  const rejoining: Seated[] = [];
  const admitted: Admitted[] = [];
  for (const join of queue) {
    try {
      const existing = roster.ofUser(join.request.principal.userId);
      if (existing) rejoining.push({ join, participant: assertMayTakeUp(existing, join) });
      else admitted.push({ join, record: assertMayEnter(join, admitted, roster, rules) });
    } catch (error) {
      join.reject(error);
    }
  }
  return { rejoining, admitted };
}

/** @throws AppError with the code of the refusal */
function assertMayEnter(
  { request }: QueuedJoin,
  admitted: readonly Admitted[],
  roster: Roster,
  rules: Rules,
): ParticipantRecord {
  const { principal } = request;
  const { meeting, now } = rules;
  // The passcode was changed after it was checked.
  const outdated = request.passcode === 'right' && request.passcodeHash !== meeting.passcodeHash;
  const decision = decideAtDoor(principal, outdated ? 'wrong' : request.passcode, {
    ...rules,
    occupied: roster.size + admitted.length,
    hostPresent: roster.hostPresent,
  });
  if (!decision.admit) {
    throw new AppError(decision.code, { ...(decision.details && { details: decision.details }) });
  }
  if (admitted.some(({ record }) => record.userId === principal.userId)) {
    throw new AppError('ALREADY_JOINED');
  }
  return {
    id: createId(),
    meetingId: meeting.id,
    userId: principal.userId,
    deviceId: request.deviceId,
    name: request.displayName ?? principal.name,
    role: decision.role,
    joinedAt: now,
  };
}

/**
 * The same device, or one that says so, takes a participant over; another has to ask.
 * @throws AppError ALREADY_JOINED
 */
function assertMayTakeUp(existing: Participant, { request }: QueuedJoin): Participant {
  const sameDevice = existing.deviceId !== null && existing.deviceId === request.deviceId;
  const free = existing.connectionId === null || existing.connectionId === request.connectionId;
  if (sameDevice || free || request.takeOver) return existing;
  throw new AppError('ALREADY_JOINED');
}
