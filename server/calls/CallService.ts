import type { CallPath, CallType, CallView } from '../../protocol/calls.ts';
import type { NotificationName, NotificationPayload } from '../../protocol/notifications.ts';
import type { PersonView } from '../../protocol/people.ts';
import type { IceServer } from '../../protocol/rtp.ts';
import type { Principal } from '../auth/Principal.ts';
import { AppError } from '../core/AppError.ts';
import type { Deliveries } from '../core/Deliveries.ts';
import { createId } from '../core/ids.ts';
import type { Logger } from '../core/logger.ts';
import {
  idleCall,
  isLive,
  otherOf,
  partyOf,
  type Call,
  type CallEvent,
  type CallTimes,
  type Refusal,
  type Step,
  type Telling,
} from './Call.ts';
import { advance, relayTarget } from './callMachine.ts';
import type { CallMetrics } from './CallMetrics.ts';
import { logRowsOf } from './logRows.ts';
import type { CallPeople, CallStore, Changed, HistoryStore } from './stores.ts';

export type AccountPrincipal = Extract<Principal, { kind: 'account' }>;

/** A party's page, as it asks. */
export interface CallCaller {
  principal: AccountPrincipal;
  connectionId: string;
  readonly isConnected: boolean;
}

export interface CallServiceDeps {
  calls: CallStore;
  history: Pick<HistoryStore, 'countMissed'>;
  people: CallPeople;
  deliveries: Deliveries;
  /** Whether somebody has a page open, on any node. */
  isOnline: (userId: string) => boolean;
  /** A meeting for these accounts alone, by the first of them. */
  createMeeting: (
    host: AccountPrincipal,
    others: readonly string[],
  ) => Promise<{ id: string; code: string }>;
  /** Lets these come into it, too. */
  admitTo: (meetingId: string, others: readonly string[]) => Promise<void>;
  /** Ends one that is not needed. */
  discardMeeting: (host: AccountPrincipal, meetingId: string) => Promise<void>;
  /** These talk to each other now, or do not any more. */
  onTalking: (userIds: readonly string[], isTalking: boolean) => void;
  /** @throws AppError RATE_LIMITED */
  limitInitiation: (userId: string) => Promise<void>;
  iceFor: (userId: string) => { iceServers: IceServer[]; iceTransportPolicy: 'all' | 'relay' };
  metrics: CallMetrics;
  logger: Logger;
  now: () => number;
  times: CallTimes;
}

/** A call that stands in the way may be over when it is looked at. */
const ATTEMPTS = 5;

/** Calls as any node carries on with them: every event is a transaction, and then a few are told. */
export class CallService {
  readonly #deps: CallServiceDeps;

  constructor(deps: CallServiceDeps) {
    this.#deps = deps;
  }

  /** @throws AppError RATE_LIMITED, NOT_FOUND, INVALID_STATE when the caller is in a call */
  async initiate(
    caller: CallCaller,
    to: string,
    callType: CallType,
    deviceId: string | null,
  ): Promise<{ callId: string; to: string }> {
    const { userId } = caller.principal;
    await this.#deps.limitInitiation(userId);
    if (to === userId) throw new AppError('NOT_FOUND', { message: 'You cannot call yourself.' });
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const begun = await this.#begin(caller, to, callType, deviceId, null);
      if (begun) return { callId: begun.id, to };
      const other = await this.#deps.calls.findLive(userId);
      if (!other) continue;
      if (other.caller.userId !== to || other.state !== 'RINGING' || other.meeting) {
        throw new AppError('INVALID_STATE', { message: 'You are in a call already.' });
      }
      // Each rings the other at the same moment: they want to talk.
      const { connectionId } = caller;
      const event: CallEvent = { is: 'accept', by: userId, connectionId, deviceId };
      const accepted = await this.#change(other.id, event).catch(ignoreRefusal);
      if (!accepted) continue;
      await this.#noteLost(caller, other.id);
      return { callId: other.id, to };
    }
    throw new AppError('UNAVAILABLE');
  }

  async accept(caller: CallCaller, callId: string, deviceId: string | null): Promise<void> {
    const { connectionId, principal } = caller;
    await this.#change(callId, { is: 'accept', by: principal.userId, connectionId, deviceId });
    await this.#noteLost(caller, callId);
  }

  async reject({ principal }: CallCaller, callId: string, message: string | null): Promise<void> {
    await this.#change(callId, { is: 'reject', by: principal.userId, message });
  }

  async end({ principal }: CallCaller, callId: string): Promise<void> {
    await this.#change(callId, { is: 'end', by: principal.userId });
  }

  async connected(caller: CallCaller, callId: string, path: CallPath): Promise<void> {
    const { connectionId, principal } = caller;
    await this.#change(callId, { is: 'connected', by: principal.userId, connectionId, path });
  }

  async resume(caller: CallCaller, callId: string, deviceId: string): Promise<CallView> {
    const { connectionId, principal } = caller;
    const event = { is: 'resume', by: principal.userId, connectionId, deviceId } as const;
    const { call } = await this.#change(callId, event);
    await this.#noteLost(caller, callId);
    return this.#present(call, caller);
  }

  /** A connection is gone. */
  async lose(userId: string, connectionId: string): Promise<void> {
    const call = await this.#deps.calls.findLive(userId);
    if (call) await this.#change(call.id, { is: 'lost', connectionId });
  }

  /** Does what is due for a call, once, whoever else looks at the same moment. */
  async look(callId: string): Promise<void> {
    await this.#change(callId, { is: 'look' });
  }

  async markLost(callId: string, connectionId: string): Promise<void> {
    const { call, before } = await this.#change(callId, { is: 'lost', connectionId });
    // Should it be there after all, it says so.
    if (call !== before) this.#deps.deliveries.toConnection(connectionId, 'sync-needed', {});
  }

  async sync(caller: CallCaller): Promise<CallView | null> {
    const call = await this.#deps.calls.findLive(caller.principal.userId);
    return call ? this.#present(call, caller) : null;
  }

  /**
   * The other end, for what passes between the two.
   * @param claimed what the sender says of who sends and who is to get it
   * @throws AppError NOT_FOUND, FORBIDDEN, INVALID_STATE
   */
  async relay(
    { principal, connectionId }: CallCaller,
    { callId, from, to }: { callId: string; from?: string; to?: string },
  ): Promise<{ connectionId: string; callType: CallType }> {
    const call = await this.#deps.calls.find(callId);
    if (!call) throw new AppError('NOT_FOUND');
    const target = orThrow(relayTarget(call, { userId: principal.userId, connectionId }));
    const forged = from !== undefined && from !== principal.userId;
    if (forged || (to !== undefined && to !== target.userId)) throw new AppError('FORBIDDEN');
    return { connectionId: target.connectionId, callType: call.callType };
  }

  /** @throws AppError FORBIDDEN when somebody else rings there */
  async assertFrom({ principal }: CallCaller, callId: string, from: string): Promise<void> {
    const call = await this.#deps.calls.find(callId);
    if (!call || !partyOf(call, principal.userId)) throw new AppError('NOT_FOUND');
    if (call.caller.userId !== from) throw new AppError('FORBIDDEN');
  }

  async upgrade(
    caller: CallCaller,
    callId: string,
    invite: readonly string[],
  ): Promise<{ meetingId: string; code: string }> {
    const { principal, connectionId } = caller;
    const { userId } = principal;
    const call = await this.#deps.calls.find(callId);
    const party = call && partyOf(call, userId);
    if (!call || !party) throw new AppError('NOT_FOUND');
    if (isLive(call) && party.connectionId !== connectionId) throw new AppError('FORBIDDEN');
    const moved = call.reason === 'moved' ? call.meeting : null;
    const { meeting, isNew } = moved
      ? { meeting: moved, isNew: false }
      : await this.#move(principal, call, invite);
    if (!isNew && invite.length > 0) await this.#deps.admitTo(meeting.id, invite);
    await Promise.all(invite.map((to) => this.#invite(caller, to, call.callType, meeting)));
    return { meetingId: meeting.id, code: meeting.code };
  }

  async #move(principal: AccountPrincipal, call: Call, invite: readonly string[]) {
    const { userId } = principal;
    if (call.state !== 'CONNECTING' && call.state !== 'CONNECTED') {
      throw new AppError('INVALID_STATE');
    }
    const others = [otherOf(call, userId).userId, ...invite.filter((id) => id !== userId)];
    const made = await this.#deps.createMeeting(principal, others);
    const event = { is: 'move', by: userId, meeting: made, invites: invite.length > 0 } as const;
    try {
      const { call: after } = await this.#change(call.id, event);
      if (after.meeting?.id === made.id) return { meeting: made, isNew: true };
      // The other one was first.
      await this.#deps.discardMeeting(principal, made.id);
      return { meeting: after.meeting ?? made, isNew: false };
    } catch (error) {
      await this.#deps.discardMeeting(principal, made.id);
      throw error;
    }
  }

  /** Rings somebody who is asked into a meeting. Who cannot be rung has missed it. */
  async #invite(
    caller: CallCaller,
    to: string,
    callType: CallType,
    meeting: { id: string; code: string },
  ): Promise<void> {
    try {
      await this.#deps.limitInitiation(caller.principal.userId);
      await this.#begin(caller, to, callType, null, meeting);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }

  /** Null: the caller is in another call. @throws AppError NOT_FOUND */
  async #begin(
    { principal, connectionId, isConnected }: CallCaller,
    to: string,
    callType: CallType,
    deviceId: string | null,
    meeting: Call['meeting'],
  ): Promise<Call | null> {
    const { userId } = principal;
    const { people, isOnline, calls, now, times } = this.#deps;
    const [known, apart] = await Promise.all([
      people.find([userId, to]),
      people.apartFrom(userId, [to]),
    ]);
    const callee = known.find((person) => person.id === to);
    if (!callee) throw new AppError('NOT_FOUND', { message: 'There is no such person.' });
    // Whoever keeps away from somebody is not there for them.
    const hidden = apart.has(to);
    const startedAt = now();
    const caller = { userId, connectionId, deviceId, lostAt: isConnected ? null : startedAt };
    const idle = idleCall({
      ...{ id: createId(), callType, caller, calleeId: to, startedAt, meeting },
    });
    const run = (call: Call, event: CallEvent) => orThrow(advance(call, event, startedAt, times));
    const initiated = run(idle, { is: 'initiate' }).call;
    const takes = [...(meeting ? [] : [userId]), ...(hidden ? [] : [to])];
    const decide = (taken: ReadonlySet<string>): Step | null => {
      if (!meeting && !taken.has(userId)) return null;
      if (!hidden && !taken.has(to)) return run(initiated, { is: 'refuse', reason: 'busy' });
      const rings = isOnline(to) && !hidden;
      return run(initiated, rings ? { is: 'ring' } : { is: 'refuse', reason: 'offline' });
    };
    const step = await calls.begin(initiated, takes, decide, (call) => logRowsOf(call, hidden));
    if (!step) return null;
    this.#deps.metrics.started();
    await this.#tell(step, known.find((person) => person.id === userId) ?? null);
    if (step.call.state === 'ENDING') await this.#conclude(step.call, hidden);
    return step.call;
  }

  /** @throws AppError with the code of the refusal, NOT_FOUND */
  async #change(callId: string, event: CallEvent): Promise<Changed> {
    const { calls, now, times } = this.#deps;
    const decide = (call: Call) => advance(call, event, now(), times);
    const changed = await calls.change(callId, decide, (call) => logRowsOf(call));
    if (!changed) throw new AppError('NOT_FOUND', { message: 'There is no such call.' });
    const { before, ...step } = orThrow(changed);
    await this.#tell(step, null);
    const isTalking = talks(step.call);
    if (talks(before) !== isTalking) {
      const { caller, callee } = step.call;
      this.#deps.onTalking([caller.userId, callee.userId], isTalking);
    }
    if (before.state !== 'ENDING' && step.call.state === 'ENDING') await this.#conclude(step.call);
    return { before, ...step };
  }

  /** A connection that went while it was bound was looked for too early. */
  async #noteLost(caller: CallCaller, callId: string): Promise<void> {
    const { connectionId } = caller;
    if (!caller.isConnected) await this.#change(callId, { is: 'lost', connectionId });
  }

  /** @param caller as others see them, where one rings */
  async #tell({ call, tell }: Step, caller: PersonView | null): Promise<void> {
    for (const one of tell) {
      const recipient =
        one.name === 'call:incoming' ? (caller ?? (await this.#find(call.caller.userId))) : null;
      this.#deliver(call, one, recipient);
    }
  }

  #deliver(call: Call, telling: Telling, caller: PersonView | null): void {
    const { deliveries, iceFor } = this.#deps;
    const { to } = telling;
    const callId = call.id;
    const meetingId = call.meeting?.id ?? null;
    const send = <N extends NotificationName>(name: N, payload: NotificationPayload<N>): void => {
      if ('userId' in to) {
        const except = to.except === null ? {} : { except: to.except };
        deliveries.toUsers([to.userId], name, payload, except);
      } else if (to.connectionId !== null) {
        deliveries.toConnection(to.connectionId, name, payload);
      }
    };
    switch (telling.name) {
      case 'call:incoming':
        if (!caller) return;
        send(telling.name, { callId, ...telling.payload, caller, meetingId });
        break;
      case 'call:accepted': {
        const isCaller = 'connectionId' in to && to.connectionId === call.caller.connectionId;
        const { userId } = isCaller ? call.caller : call.callee;
        send(telling.name, { callId, ...telling.payload, ...iceFor(userId) });
        break;
      }
      case 'call:initiated':
        send(telling.name, { callId, ...telling.payload });
        break;
      case 'call:rejected':
        send(telling.name, { callId, ...telling.payload });
        break;
      case 'call:ended':
        send(telling.name, { callId, ...telling.payload });
        break;
      case 'call:moved':
        send(telling.name, { callId, ...telling.payload });
        break;
    }
  }

  /** Once for every call, after it was stored as ended. */
  async #conclude(call: Call, hidden = false): Promise<void> {
    const { deliveries, history, logger, metrics } = this.#deps;
    const { id: callId, outcome, reason, answeredAt, endedAt } = call;
    const seconds = answeredAt === null ? null : ((endedAt ?? answeredAt) - answeredAt) / 1_000;
    metrics.ended(outcome ?? 'failed', reason ?? 'failed', seconds);
    logger.info({ callId, outcome, reason, seconds }, 'call ended');
    const users = logRowsOf(call, hidden).map(({ userId }) => userId);
    const missed = await history.countMissed(users);
    for (const userId of users) {
      const count = missed.get(userId) ?? 0;
      deliveries.toUsers([userId], 'call:logged', { callId, missed: count });
    }
  }

  async #present(call: Call, { principal, connectionId }: CallCaller): Promise<CallView> {
    const { userId } = principal;
    const isCaller = call.caller.userId === userId;
    const other = await this.#find(otherOf(call, userId).userId);
    const { state } = call;
    if (!other || (state !== 'RINGING' && state !== 'CONNECTING' && state !== 'CONNECTED')) {
      throw new AppError('INVALID_STATE');
    }
    return {
      ...{ callId: call.id, callType: call.callType, state, with: other },
      direction: isCaller ? 'outgoing' : 'incoming',
      answeredAt: call.answeredAt === null ? null : new Date(call.answeredAt).toISOString(),
      here: (isCaller ? call.caller : call.callee).connectionId === connectionId,
      meetingId: call.meeting?.id ?? null,
      ...this.#deps.iceFor(userId),
    };
  }

  async #find(userId: string): Promise<PersonView | null> {
    const [person] = await this.#deps.people.find([userId]);
    return person ?? null;
  }
}

/** @throws AppError with the code of the refusal */
function orThrow<T extends object>(result: T | Refusal): T {
  if ('refused' in result) throw new AppError(result.refused);
  return result;
}

function ignoreRefusal(error: unknown): null {
  if (error instanceof AppError) return null;
  throw error;
}

/** Answered, and not over. */
function talks({ state }: Call): boolean {
  return state === 'CONNECTING' || state === 'CONNECTED';
}
