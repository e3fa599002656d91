import type { WaitingDevices } from '../../protocol/meetings.ts';
import type { Principal } from '../auth/Principal.ts';
import { AppError } from '../core/AppError.ts';
import type { PasscodeState } from './joinPolicy.ts';
import type { Participant } from './Participant.ts';

export interface JoinRequest {
  principal: Principal;
  connectionId: string;
  passcode: PasscodeState;
  /** The hash that `passcode` was checked against. */
  passcodeHash: string | null;
  displayName: string | undefined;
  deviceId: string | null;
  /** Move the call here from another device. */
  takeOver: boolean;
  /** Join beside another device of the same person. */
  companion: boolean;
  /** What they would come in with; null when they have not told. */
  devices: WaitingDevices | null;
}

export interface JoinOutcome {
  status: 'joined' | 'waiting';
  participantId: string;
}

/** A request whose turn has not come. */
export interface QueuedJoin {
  request: JoinRequest;
  resolve: (outcome: JoinOutcome) => void;
  reject: (error: unknown) => void;
}

/**
 * Which of their places somebody takes up again: that of the same connection or device, or, where they
 * want to move the call or the other device is away, that of another one. A second screen is one: the
 * next takes its place. Null: none, they come anew.
 * @param present all that the person is in with
 * @throws AppError ALREADY_JOINED when another device has to be asked about
 */
export function placeOf(
  present: readonly Participant[],
  { connectionId, deviceId, takeOver, companion }: JoinRequest,
): Participant | null {
  const here =
    present.find((one) => one.connectionId === connectionId) ??
    present.find((one) => one.deviceId !== null && one.deviceId === deviceId);
  if (here) return here;
  if (companion) return present.find((one) => one.companion) ?? null;
  const main = present.find((one) => !one.companion);
  if (!main) return null;
  if (takeOver || main.connectionId === null) return main;
  throw new AppError('ALREADY_JOINED');
}
