import type { CallPath, CallType, EndReason } from '../../protocol/calls.ts';
import type { CallOutcome } from '../../protocol/callHistory.ts';

export type CallState = 'IDLE' | 'INITIATING' | 'RINGING' | 'CONNECTING' | 'CONNECTED' | 'ENDING';

/** One end of a call. Before it answers, the callee has no connection: all of their devices ring. */
export interface Party {
  readonly userId: string;
  readonly connectionId: string | null;
  /** What the browser calls itself: it may take the call up on another connection. */
  readonly deviceId: string | null;
  /** When the connection was lost; null while it is there. */
  readonly lostAt: number | null;
}

/** A call of two, or the ringing that asks somebody into a meeting. Times in ms since the Unix epoch. */
export interface Call {
  readonly id: string;
  readonly callType: CallType;
  readonly state: CallState;
  readonly caller: Party;
  readonly callee: Party;
  readonly startedAt: number;
  readonly answeredAt: number | null;
  readonly connectedAt: number | null;
  readonly endedAt: number | null;
  readonly endedBy: string | null;
  readonly outcome: CallOutcome | null;
  readonly reason: CallReason | null;
  /** What was said when it was declined. */
  readonly message: string | null;
  readonly path: CallPath | null;
  /** Where it goes on, or where the callee is asked to come. */
  readonly meeting: { readonly id: string; readonly code: string } | null;
  /** When something is due that nobody will ask for. */
  readonly deadlineAt: number | null;
}

export type CallReason = EndReason | 'declined' | 'busy' | 'offline';

export interface CallTimes {
  ringTimeoutMs: number;
  connectTimeoutMs: number;
  reconnectGraceMs: number;
}

/** What happens to a call. `by` is the account of whoever does it. */
export type CallEvent =
  | { is: 'initiate' }
  | { is: 'ring' }
  | { is: 'refuse'; reason: 'busy' | 'offline' }
  | { is: 'accept'; by: string; connectionId: string; deviceId: string | null }
  | { is: 'reject'; by: string; message: string | null }
  | { is: 'end'; by: string }
  | { is: 'connected'; by: string; connectionId: string; path: CallPath }
  | { is: 'lost'; connectionId: string }
  | { is: 'resume'; by: string; connectionId: string; deviceId: string }
  | { is: 'move'; by: string; meeting: { id: string; code: string }; invites: boolean }
  /** A deadline may have passed. */
  | { is: 'look' };

export type Recipient =
  | { connectionId: string | null }
  /** All of their devices. */
  | { userId: string; except: string | null };

/** Whom to tell what, once the call is stored. */
export type Telling = { to: Recipient } & (
  | { name: 'call:initiated'; payload: { to: string } }
  | { name: 'call:incoming'; payload: { from: string; callType: CallType } }
  | { name: 'call:accepted'; payload: { by: string } }
  | {
      name: 'call:rejected';
      payload: {
        by: string;
        reason: 'declined' | 'busy' | 'offline' | 'timeout';
        message?: string;
      };
    }
  | { name: 'call:ended'; payload: { by: string | null; reason: EndReason } }
  | {
      name: 'call:moved';
      payload: { meetingId: string; code: string; reason: 'invited' | 'no-path' };
    }
);

export interface Step {
  /** The same object when nothing has changed. */
  call: Call;
  tell: readonly Telling[];
}
export interface Refusal {
  refused: 'NOT_FOUND' | 'FORBIDDEN' | 'INVALID_STATE';
}

/** A call that has not begun. */
export function idleCall(
  values: Pick<Call, 'id' | 'callType' | 'caller' | 'startedAt'> & {
    calleeId: string;
    meeting?: Call['meeting'];
  },
): Call {
  const { calleeId, meeting = null, ...rest } = values;
  return {
    ...rest,
    state: 'IDLE',
    callee: { userId: calleeId, connectionId: null, deviceId: null, lostAt: null },
    ...{ answeredAt: null, connectedAt: null, endedAt: null, endedBy: null },
    ...{ outcome: null, reason: null, message: null, path: null, deadlineAt: null },
    meeting,
  };
}

export function partyOf(call: Call, userId: string): Party | null {
  return [call.caller, call.callee].find((party) => party.userId === userId) ?? null;
}

/** The party that this one is not. */
export function otherOf(call: Call, userId: string): Party {
  return call.caller.userId === userId ? call.callee : call.caller;
}

export function isLive({ state }: Call): boolean {
  return state === 'RINGING' || state === 'CONNECTING' || state === 'CONNECTED';
}
