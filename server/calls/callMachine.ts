import {
  isLive,
  otherOf,
  partyOf,
  type Call,
  type CallEvent,
  type CallReason,
  type CallTimes,
  type Party,
  type Recipient,
  type Refusal,
  type Step,
  type Telling,
} from './Call.ts';
import type { CallOutcome } from '../../protocol/callHistory.ts';
import type { EndReason } from '../../protocol/calls.ts';

const NOT_FOUND: Refusal = { refused: 'NOT_FOUND' };
const FORBIDDEN: Refusal = { refused: 'FORBIDDEN' };
const INVALID_STATE: Refusal = { refused: 'INVALID_STATE' };

/** What becomes of a call by an event, and who is told. A pure function. */
export function advance(
  call: Call,
  event: CallEvent,
  now: number,
  times: CallTimes,
): Step | Refusal {
  if ('by' in event && !partyOf(call, event.by)) return NOT_FOUND;
  const step = react(call, event, now, times);
  if ('refused' in step || step.call === call) return step;
  return { ...step, call: { ...step.call, deadlineAt: deadlineOf(step.call, times) } };
}

function react(call: Call, event: CallEvent, now: number, times: CallTimes): Step | Refusal {
  switch (event.is) {
    case 'initiate':
      if (call.state !== 'IDLE') return INVALID_STATE;
      return { call: { ...call, state: 'INITIATING' }, tell: [] };
    case 'ring':
      return ring(call);
    case 'refuse':
      return refuse(call, event.reason, now);
    case 'accept':
      return accept(call, event, now);
    case 'reject':
      return reject(call, event, now);
    case 'end':
      return hangUp(call, event.by, now);
    case 'connected':
      return connect(call, event, now);
    case 'lost':
      return lose(call, event.connectionId, now);
    case 'resume':
      return resume(call, event);
    case 'move':
      return move(call, event, now);
    case 'look':
      return look(call, now, times);
  }
}

function ring(call: Call): Step | Refusal {
  if (call.state !== 'INITIATING') return INVALID_STATE;
  const { callType, caller, callee } = call;
  return {
    call: { ...call, state: 'RINGING' },
    tell: [
      { to: toEnd(caller), name: 'call:initiated', payload: { to: callee.userId } },
      {
        to: toAll(callee),
        name: 'call:incoming',
        payload: { from: caller.userId, callType },
      },
    ],
  };
}

/** Nobody can be rung: the caller hears it as if they had been. */
function refuse(call: Call, reason: 'busy' | 'offline', now: number): Step | Refusal {
  if (call.state !== 'INITIATING') return INVALID_STATE;
  const { caller, callee } = call;
  const outcome = reason === 'busy' ? 'busy' : 'missed';
  return {
    call: over(call, { outcome, reason, by: callee.userId }, now),
    tell: [
      { to: toEnd(caller), name: 'call:initiated', payload: { to: callee.userId } },
      { to: toEnd(caller), name: 'call:rejected', payload: { by: callee.userId, reason } },
    ],
  };
}

function accept(
  call: Call,
  { by, connectionId, deviceId }: Extract<CallEvent, { is: 'accept' }>,
  now: number,
): Step | Refusal {
  const { caller, callee } = call;
  if (by !== callee.userId) return INVALID_STATE;
  if (isTalking(call) && callee.connectionId === connectionId) return { call, tell: [] };
  if (call.state !== 'RINGING') return INVALID_STATE;
  const answered: Call = {
    ...call,
    state: 'CONNECTING',
    answeredAt: now,
    callee: { userId: by, connectionId, deviceId, lostAt: null },
  };
  const silence: Telling = {
    to: { userId: by, except: connectionId },
    name: 'call:ended',
    payload: { by, reason: 'elsewhere' },
  };
  if (call.meeting) {
    const payload = {
      meetingId: call.meeting.id,
      code: call.meeting.code,
      reason: 'invited',
    } as const;
    return {
      call: over(answered, { outcome: 'answered', reason: 'moved', by }, now),
      tell: [{ to: { connectionId }, name: 'call:moved', payload }, silence],
    };
  }
  const payload = { by };
  return {
    call: answered,
    tell: [
      { to: toEnd(caller), name: 'call:accepted', payload },
      { to: { connectionId }, name: 'call:accepted', payload },
      silence,
    ],
  };
}

function reject(
  call: Call,
  { by, message }: Pick<Extract<CallEvent, { is: 'reject' }>, 'by' | 'message'>,
  now: number,
): Step | Refusal {
  const { caller, callee } = call;
  if (by !== callee.userId) return INVALID_STATE;
  if (call.state === 'ENDING' && call.outcome === 'declined') return { call, tell: [] };
  if (call.state !== 'RINGING') return INVALID_STATE;
  const payload = { by, reason: 'declined' as const, ...(message !== null && { message }) };
  return {
    call: { ...over(call, { outcome: 'declined', reason: 'declined', by }, now), message },
    tell: [
      { to: toAll(caller), name: 'call:rejected', payload },
      { to: toAll(callee), name: 'call:rejected', payload },
    ],
  };
}

function hangUp(call: Call, by: string, now: number): Step | Refusal {
  switch (call.state) {
    case 'IDLE':
    case 'INITIATING':
      return INVALID_STATE;
    case 'RINGING':
      if (by === call.callee.userId) return reject(call, { by, message: null }, now);
      return endFor(call, { outcome: 'cancelled', reason: 'cancelled', by }, now);
    case 'CONNECTING':
    case 'CONNECTED':
      return endFor(call, { outcome: 'answered', reason: 'hung-up', by }, now);
    case 'ENDING':
      return { call, tell: [] };
  }
}

function connect(
  call: Call,
  { by, connectionId, path }: Extract<CallEvent, { is: 'connected' }>,
  now: number,
): Step | Refusal {
  if (!isTalking(call)) return INVALID_STATE;
  if (partyOf(call, by)?.connectionId !== connectionId) return FORBIDDEN;
  // The other end has said so already; the path may have become another one.
  if (call.state === 'CONNECTED' && call.path === path) return { call, tell: [] };
  return {
    call: { ...call, state: 'CONNECTED', connectedAt: call.connectedAt ?? now, path },
    tell: [],
  };
}

function lose(call: Call, connectionId: string, now: number): Step {
  const same: Step = { call, tell: [] };
  // Whoever asked others into a meeting is in it, and need not wait for them.
  if (!isLive(call) || call.meeting) return same;
  const lost = { lostAt: now };
  const { caller, callee } = call;
  if (caller.connectionId === connectionId && caller.lostAt === null) {
    return { call: { ...call, caller: { ...caller, ...lost } }, tell: [] };
  }
  if (callee.connectionId === connectionId && callee.lostAt === null) {
    return { call: { ...call, callee: { ...callee, ...lost } }, tell: [] };
  }
  return same;
}

function resume(
  call: Call,
  { by, connectionId, deviceId }: Extract<CallEvent, { is: 'resume' }>,
): Step | Refusal {
  if (!isLive(call)) return INVALID_STATE;
  const isCaller = by === call.caller.userId;
  const party = isCaller ? call.caller : call.callee;
  if (party.connectionId === null) return INVALID_STATE;
  if (party.deviceId !== deviceId) return FORBIDDEN;
  if (party.connectionId === connectionId && party.lostAt === null) return { call, tell: [] };
  const back: Party = { ...party, connectionId, lostAt: null };
  return { call: { ...call, ...(isCaller ? { caller: back } : { callee: back }) }, tell: [] };
}

function move(
  call: Call,
  { by, meeting, invites }: Extract<CallEvent, { is: 'move' }>,
  now: number,
): Step | Refusal {
  // Both ask when no path is found: the first has decided.
  if (call.state === 'ENDING' && call.reason === 'moved') return { call, tell: [] };
  if (!isTalking(call)) return INVALID_STATE;
  const reason = invites ? ('invited' as const) : ('no-path' as const);
  const payload = { meetingId: meeting.id, code: meeting.code, reason };
  return {
    call: { ...over(call, { outcome: 'answered', reason: 'moved', by }, now), meeting },
    tell: [call.caller, call.callee].map((party) => ({
      to: toEnd(party),
      name: 'call:moved',
      payload,
    })),
  };
}

function look(call: Call, now: number, times: CallTimes): Step {
  const { caller, callee } = call;
  const isGone = ({ lostAt }: Party) => lostAt !== null && lostAt + times.reconnectGraceMs <= now;
  const gone = [caller, callee].find(isGone);
  switch (call.state) {
    case 'RINGING':
      if (gone) return endFor(call, { outcome: 'cancelled', reason: 'lost', by: gone.userId }, now);
      return call.startedAt + times.ringTimeoutMs <= now ? timeOut(call, now) : { call, tell: [] };
    case 'CONNECTING':
      if (gone) return endFor(call, { outcome: 'failed', reason: 'lost', by: gone.userId }, now);
      return (call.answeredAt ?? 0) + times.connectTimeoutMs <= now
        ? endFor(call, { outcome: 'failed', reason: 'failed', by: null }, now)
        : { call, tell: [] };
    case 'CONNECTED':
      if (gone) return endFor(call, { outcome: 'answered', reason: 'lost', by: gone.userId }, now);
      return { call, tell: [] };
    case 'IDLE':
    case 'INITIATING':
    case 'ENDING':
      return { call, tell: [] };
  }
}

function timeOut(call: Call, now: number): Step {
  const { caller, callee } = call;
  return {
    call: over(call, { outcome: 'missed', reason: 'timeout', by: null }, now),
    tell: [
      {
        to: toAll(caller),
        name: 'call:rejected',
        payload: { by: callee.userId, reason: 'timeout' },
      },
      { to: toAll(callee), name: 'call:ended', payload: { by: null, reason: 'timeout' } },
    ],
  };
}

interface End {
  outcome: CallOutcome;
  reason: CallReason;
  by: string | null;
}

function over(call: Call, { outcome, reason, by }: End, now: number): Call {
  return { ...call, state: 'ENDING', endedAt: now, endedBy: by, outcome, reason };
}

/** Ends it, and tells all devices of both: those that are not in it know nothing of it. */
function endFor(call: Call, end: End & { reason: EndReason }, now: number): Step {
  const payload = { by: end.by, reason: end.reason };
  return {
    call: over(call, end, now),
    tell: [call.caller, call.callee].map((party) => ({
      to: toAll(party),
      name: 'call:ended',
      payload,
    })),
  };
}

/** When `look` will find something to do; null: never. */
function deadlineOf(call: Call, times: CallTimes): number | null {
  if (!isLive(call)) return null;
  const due = [call.caller, call.callee].flatMap(({ lostAt }) =>
    lostAt === null ? [] : [lostAt + times.reconnectGraceMs],
  );
  if (call.state === 'RINGING') due.push(call.startedAt + times.ringTimeoutMs);
  if (call.state === 'CONNECTING') due.push((call.answeredAt ?? 0) + times.connectTimeoutMs);
  return due.length === 0 ? null : Math.min(...due);
}

/**
 * The connection that gets what one party sends the other: session descriptions and candidates pass in
 * live calls only, between the two connections that are bound to them.
 */
export function relayTarget(
  call: Call,
  from: { userId: string; connectionId: string },
): { userId: string; connectionId: string } | Refusal {
  const sender = partyOf(call, from.userId);
  if (!sender) return NOT_FOUND;
  if (!isTalking(call)) return INVALID_STATE;
  const { userId, connectionId } = otherOf(call, from.userId);
  if (sender.connectionId !== from.connectionId) return FORBIDDEN;
  return connectionId === null ? INVALID_STATE : { userId, connectionId };
}

function isTalking({ state }: Call): boolean {
  return state === 'CONNECTING' || state === 'CONNECTED';
}

function toEnd({ connectionId }: Party): Recipient {
  return { connectionId };
}

function toAll({ userId }: Party): Recipient {
  return { userId, except: null };
}
