import { describe, expect, it } from 'vitest';
import {
  idleCall,
  type Call,
  type CallEvent,
  type CallState,
  type Step,
} from '../../../../server/calls/Call.ts';
import { advance, relayTarget } from '../../../../server/calls/callMachine.ts';
import { logRowsOf } from '../../../../server/calls/logRows.ts';

const T = { ringTimeoutMs: 30_000, connectTimeoutMs: 60_000, reconnectGraceMs: 10_000 };
const START = 1_000_000;
const MEETING = { id: 'm1', code: 'bcd-fgh-jkm' };

const EVENTS = {
  initiate: { is: 'initiate' },
  ring: { is: 'ring' },
  busy: { is: 'refuse', reason: 'busy' },
  offline: { is: 'refuse', reason: 'offline' },
  accept: { is: 'accept', by: 'bob', connectionId: 'n2/b', deviceId: 'bob-phone' },
  acceptElsewhere: { is: 'accept', by: 'bob', connectionId: 'n2/b2', deviceId: null },
  acceptByCaller: { is: 'accept', by: 'ada', connectionId: 'n1/a', deviceId: null },
  reject: { is: 'reject', by: 'bob', message: 'later' },
  rejectByCaller: { is: 'reject', by: 'ada', message: null },
  endByCaller: { is: 'end', by: 'ada' },
  endByCallee: { is: 'end', by: 'bob' },
  connected: { is: 'connected', by: 'ada', connectionId: 'n1/a', path: 'host' },
  connectedFromElsewhere: { is: 'connected', by: 'ada', connectionId: 'n1/a9', path: 'host' },
  callerLost: { is: 'lost', connectionId: 'n1/a' },
  calleeLost: { is: 'lost', connectionId: 'n2/b' },
  strangerLost: { is: 'lost', connectionId: 'n9/x' },
  callerResumes: { is: 'resume', by: 'ada', connectionId: 'n3/a', deviceId: 'ada-laptop' },
  calleeResumes: { is: 'resume', by: 'bob', connectionId: 'n3/b', deviceId: 'bob-phone' },
  otherDeviceResumes: { is: 'resume', by: 'ada', connectionId: 'n3/a', deviceId: 'ada-phone' },
  move: { is: 'move', by: 'ada', meeting: MEETING, invites: false },
  stranger: { is: 'end', by: 'eve' },
  look: { is: 'look' },
} as const satisfies Record<string, CallEvent>;
type EventName = keyof typeof EVENTS;

function idle(): Call {
  return idleCall({
    ...{ id: 'c1', callType: 'video', startedAt: START, calleeId: 'bob' },
    caller: { userId: 'ada', connectionId: 'n1/a', deviceId: 'ada-laptop', lostAt: null },
  });
}

function after(call: Call, event: CallEvent, now = START): Step {
  const step = advance(call, event, now, T);
  if ('refused' in step) throw new Error(`${event.is} was refused: ${step.refused}`);
  return step;
}

const PATHS: Record<CallState, readonly EventName[]> = {
  IDLE: [],
  INITIATING: ['initiate'],
  RINGING: ['initiate', 'ring'],
  CONNECTING: ['initiate', 'ring', 'accept'],
  CONNECTED: ['initiate', 'ring', 'accept', 'connected'],
  ENDING: ['initiate', 'ring', 'accept', 'connected', 'endByCaller'],
};
const inState = (state: CallState) =>
  PATHS[state].reduce((call, name) => after(call, EVENTS[name]).call, idle());

/** State and outcome after the event, `same` where nothing changes, or the code of the refusal. */
const NO = 'INVALID_STATE';
const before = (values: Partial<Record<EventName, string>>): Record<EventName, string> => ({
  ...(Object.fromEntries(Object.keys(EVENTS).map((name) => [name, NO])) as Record<
    EventName,
    string
  >),
  ...{ callerLost: 'same', calleeLost: 'same', strangerLost: 'same', look: 'same' },
  stranger: 'NOT_FOUND',
  ...values,
});
const talking = (connected: string, callee = 'same') =>
  before({
    accept: callee,
    endByCaller: 'ENDING answered hung-up',
    endByCallee: 'ENDING answered hung-up',
    connected,
    connectedFromElsewhere: 'FORBIDDEN',
    callerResumes: 'resumed',
    calleeResumes: 'resumed',
    otherDeviceResumes: 'FORBIDDEN',
    callerLost: 'lost',
    calleeLost: 'lost',
    move: 'ENDING answered moved',
  });
const TABLE: Record<CallState, Record<EventName, string>> = {
  IDLE: before({ initiate: 'INITIATING' }),
  INITIATING: before({
    ring: 'RINGING',
    busy: 'ENDING busy busy',
    offline: 'ENDING missed offline',
  }),
  RINGING: before({
    accept: 'CONNECTING',
    acceptElsewhere: 'CONNECTING',
    reject: 'ENDING declined declined',
    endByCaller: 'ENDING cancelled cancelled',
    endByCallee: 'ENDING declined declined',
    callerLost: 'lost',
    callerResumes: 'resumed',
    otherDeviceResumes: 'FORBIDDEN',
  }),
  CONNECTING: talking('CONNECTED'),
  CONNECTED: talking('same'),
  ENDING: before({ endByCaller: 'same', endByCallee: 'same' }),
};

function describeStep(call: Call, step: ReturnType<typeof advance>): string {
  if ('refused' in step) return step.refused;
  const next = step.call;
  if (next === call) return 'same';
  if (next.state === 'ENDING') return `ENDING ${next.outcome ?? ''} ${next.reason ?? ''}`;
  if (next.state !== call.state) return next.state;
  const isLost = (one: Call) => [one.caller, one.callee].some(({ lostAt }) => lostAt !== null);
  return isLost(next) ? 'lost' : 'resumed';
}

describe.each(Object.keys(TABLE) as CallState[])('a call that is %s', (state) => {
  it.each(Object.keys(EVENTS) as EventName[])('answers %s as the table has it', (name) => {
    const call = inState(state);
    const frozen = JSON.stringify(call);
    const step = advance(call, EVENTS[name], START + 1_000, T);
    expect(describeStep(call, step)).toBe(TABLE[state][name]);
    // Pure: what it was given is as it was, and the same again comes of the same.
    expect(JSON.stringify(call)).toBe(frozen);
    expect(advance(call, EVENTS[name], START + 1_000, T)).toEqual(step);
    if ('refused' in step || step.call === call) return;
    const { call: next } = step;
    const ended = next.state === 'ENDING';
    expect(next.endedAt !== null).toBe(ended);
    expect(logRowsOf(next)).toHaveLength(ended ? 2 : 0);
    if (ended) expect(next.deadlineAt).toBeNull();
    // Where something is due, looking then does it; a millisecond before, it does not.
    if (next.deadlineAt === null) return;
    expect(after(next, { is: 'look' }, next.deadlineAt - 1).call).toBe(next);
    expect(after(next, { is: 'look' }, next.deadlineAt).call.state).toBe('ENDING');
  });
});

describe('what is due', () => {
  it('is the end of ringing, which both hear', () => {
    const { call, tell } = after(inState('RINGING'), { is: 'look' }, START + T.ringTimeoutMs);
    expect(call).toMatchObject({ outcome: 'missed', reason: 'timeout' });
    expect(tell.map(({ name }) => name)).toEqual(['call:rejected', 'call:ended']);
    expect(logRowsOf(call).map(({ outcome, seen }) => [outcome, seen])).toEqual([
      ['missed', true],
      ['missed', false],
    ]);
  });

  it('is the end of a call whose party does not come back', () => {
    const lost = after(inState('CONNECTED'), EVENTS.calleeLost, START + 5_000).call;
    expect(lost.deadlineAt).toBe(START + 5_000 + T.reconnectGraceMs);
    const { call } = after(lost, { is: 'look' }, START + 5_000 + T.reconnectGraceMs);
    expect(call).toMatchObject({ outcome: 'answered', reason: 'lost', endedBy: 'bob' });
    const back = after(lost, EVENTS.calleeResumes, START + 6_000).call;
    expect(back).toMatchObject({ deadlineAt: null, callee: { connectionId: 'n3/b' } });
  });

  it('is cancelling what a caller who is gone began', () => {
    const lost = after(inState('RINGING'), EVENTS.callerLost, START + 1_000).call;
    const { call } = after(lost, { is: 'look' }, START + 11_000);
    expect(call).toMatchObject({ outcome: 'cancelled', reason: 'lost' });
  });

  it('is failing when the two do not reach each other', () => {
    const { call } = after(inState('CONNECTING'), { is: 'look' }, START + T.connectTimeoutMs);
    expect(call).toMatchObject({ outcome: 'failed', reason: 'failed' });
  });
});

describe('whoever is asked into a meeting', () => {
  const invitation = () => {
    const begun = after({ ...idle(), meeting: MEETING }, EVENTS.initiate).call;
    return after(begun, EVENTS.ring).call;
  };

  it('is sent there by accepting, and nobody else hears of it', () => {
    const { call, tell } = after(invitation(), EVENTS.accept);
    expect(call).toMatchObject({ state: 'ENDING', outcome: 'answered', reason: 'moved' });
    expect(tell.map(({ name, to }) => [name, to])).toEqual([
      ['call:moved', { connectionId: 'n2/b' }],
      ['call:ended', { userId: 'bob', except: 'n2/b' }],
    ]);
  });

  it('is rung on when the one who asked has another connection', () => {
    const call = invitation();
    expect(after(call, EVENTS.callerLost).call).toBe(call);
  });
});

describe('what passes between the two', () => {
  const ada = { userId: 'ada', connectionId: 'n1/a' };
  it.each(['CONNECTING', 'CONNECTED'] as const)('passes while it is %s', (state) => {
    expect(relayTarget(inState(state), ada)).toEqual({ userId: 'bob', connectionId: 'n2/b' });
    const elsewhere = { ...ada, connectionId: 'n1/a2' };
    expect(relayTarget(inState(state), elsewhere)).toEqual({ refused: 'FORBIDDEN' });
    const eve = { userId: 'eve', connectionId: 'n1/a' };
    expect(relayTarget(inState(state), eve)).toEqual({ refused: 'NOT_FOUND' });
  });
  it.each(['IDLE', 'INITIATING', 'RINGING', 'ENDING'] as const)('does not while %s', (state) => {
    expect(relayTarget(inState(state), ada)).toEqual({ refused: 'INVALID_STATE' });
  });
});
