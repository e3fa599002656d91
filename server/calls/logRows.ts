import type { CallOutcome } from '../../protocol/callHistory.ts';
import type { Call, CallReason } from './Call.ts';

/** What an ended call leaves in the history of one of its parties. */
export interface LogRow {
  userId: string;
  withId: string;
  direction: 'incoming' | 'outgoing';
  outcome: CallOutcome;
  reason: CallReason;
  /** False for a call that was missed, until it was looked at. */
  seen: boolean;
}

/**
 * The rows of both parties; none while it is live. Whoever could not be rung, did not answer or was too
 * late has missed it.
 * @param hidden the callee is not to know of it
 */
export function logRowsOf(call: Call, hidden = false): readonly LogRow[] {
  const { caller, callee, outcome, reason } = call;
  if (outcome === null || reason === null) return [];
  const own: LogRow = {
    ...{ userId: caller.userId, withId: callee.userId, direction: 'outgoing' },
    ...{ outcome, reason, seen: true },
  };
  if (hidden) return [own];
  const missed = outcome === 'busy' || outcome === 'cancelled' || outcome === 'missed';
  const theirs: LogRow = {
    ...{ userId: callee.userId, withId: caller.userId, direction: 'incoming' },
    ...{ outcome: missed ? 'missed' : outcome, reason, seen: !missed },
  };
  return [own, theirs];
}
