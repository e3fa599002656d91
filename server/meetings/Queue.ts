import type { ErrorCode } from '../../protocol/errors.ts';
import { AppError } from '../core/AppError.ts';
import { createId } from '../core/ids.ts';
import type { Logger } from '../core/logger.ts';
import type { JoinRequest } from './admission.ts';
import type { Newcomer } from './Attendance.ts';
import type { AuditTrail } from './AuditTrail.ts';
import type { Door, DoorDeps } from './Door.ts';
import { outwaits } from './joinPolicy.ts';
import type { Participant } from './Participant.ts';
import type { Pictures } from './Pictures.ts';
import type { Roster } from './Roster.ts';
import type { AdmissionStore } from './stores.ts';
import type { Waiting } from './Waiting.ts';

export interface QueueDeps extends Omit<DoorDeps, 'attendance' | 'invited' | 'earlyStartMs'> {
  door: Door;
  admissions: AdmissionStore;
  pictures: Pick<Pictures, 'read'>;
  audit: AuditTrail;
  logger: Logger;
  /** @throws AppError RATE_LIMITED for who asks again and again */
  assertMayWait: (who: {
    meetingId: string;
    userId: string;
    deviceId: string | null;
  }) => Promise<void>;
}

/** Whom a host means: one alone, several, or all who wait. */
export type Chosen =
  | { participantId: string }
  | { participantIds: readonly string[] }
  | { all: true };

export interface Admitted {
  admitted: string[];
  refused: { participantId: string; code: 'NOT_FOUND' | 'FULL' }[];
}

export interface Denial {
  message: string | undefined;
  /** For good. */
  ban: boolean;
}

/** Most people who may wait for one meeting. */
const MAX_WAITING = 1_000;

/**
 * What becomes of those who wait: hosts let them in or turn them away, rules do when they change.
 * Used in the meeting's mailbox only, and stored before anybody is told.
 */
export class Queue {
  readonly #roster: Roster;
  readonly #deps: QueueDeps;
  /** Ids of those who were turned away: a request that is sent again finds it done. */
  readonly #denied = new Set<string>();

  constructor(roster: Roster, deps: QueueDeps) {
    this.#roster = roster;
    this.#deps = deps;
  }

  /** Somebody begins to wait. @throws AppError FULL when too many do, RATE_LIMITED */
  async wait(request: JoinRequest): Promise<Waiting> {
    const { admissions, assertMayWait, pictures, waitingRoom, meeting, now } = this.#deps;
    if (waitingRoom.size >= MAX_WAITING) throw new AppError('FULL');
    const { principal: visitor, connectionId, deviceId, displayName, devices } = request;
    await assertMayWait({ meetingId: meeting().id, userId: visitor.userId, deviceId });
    const waiting: Waiting = {
      id: createId(),
      visitor,
      name: displayName ?? visitor.name,
      avatarUrl: null,
      deviceId,
      since: now(),
      connection: { state: 'connected', connectionId },
      devices,
    };
    await admissions.wait(this.#roster.fence, {
      meetingId: meeting().id,
      userId: visitor.userId,
      state: 'waiting',
      participantId: waiting.id,
      deviceId,
      name: waiting.name,
      since: waiting.since,
      email: visitor.kind === 'account' ? visitor.email : null,
    });
    await pictures.read([waiting]);
    waitingRoom.add(waiting);
    return waiting;
  }

  /** Somebody who waits asks again: after a reload, from another device, on another connection. */
  waitAgain(waiting: Waiting, request: JoinRequest): void {
    const { waitingRoom } = this.#deps;
    this.tellReplaced(waiting, request.connectionId);
    waiting.name = request.displayName ?? waiting.name;
    waiting.deviceId = request.deviceId;
    waiting.devices = request.devices ?? waiting.devices;
    waitingRoom.connect(waiting, request.connectionId);
  }

  /** The connection on which somebody waits has no place any more, unless it is this one. */
  tellReplaced(waiting: Waiting, connectionId: string): void {
    const { connection } = waiting;
    if (connection.state === 'connected' && connection.connectionId !== connectionId) {
      this.#deps.waitingRoom.tell(waiting, 'meeting-left', {
        meetingId: this.#roster.meetingId,
        participantId: waiting.id,
        reason: 'replaced',
      });
    }
  }

  /** Somebody gives up waiting, or has been away for too long. Never rejects: they are gone all the same. */
  async giveUp(waiting: Waiting): Promise<void> {
    this.#deps.waitingRoom.remove([waiting], 'left');
    await this.#forget([waiting], 'left');
  }

  /**
   * Lets people in. Those who are away may come in when they are back.
   * @throws AppError NOT_FOUND, FULL when one alone is meant
   */
  async admit(actor: Participant, chosen: Chosen, always: boolean): Promise<Admitted> {
    const { audit, book, door, now } = this.#deps;
    const { waiting, unknown } = this.#choose(chosen);
    const present = waiting.filter(isHere);
    const away = waiting.filter((one) => !isHere(one));
    const fitting = present.slice(0, door.free);
    const earlier = unknown.filter((id) => this.#wasAdmitted(id));
    const refused = [
      ...unknown
        .filter((id) => !earlier.includes(id))
        .map((participantId) => ({ participantId, code: 'NOT_FOUND' as const })),
      ...present
        .slice(fitting.length)
        .map(({ id }) => ({ participantId: id, code: 'FULL' as const })),
    ];
    const [first] = refused;
    if (first && 'participantId' in chosen) throw new AppError(first.code);

    const admitted = [...fitting, ...away];
    if (always) await book.decide('admit', admitted, { name: actor.name, now: now() });
    await this.#admitAbsent(away);
    await this.#letIn(fitting);
    await audit.recordEach('admitted', actor, admitted.map(personOf), always ? { always } : {});
    return { admitted: [...admitted.map(({ id }) => id), ...earlier], refused };
  }

  /**
   * Turns people away.
   * @throws AppError NOT_FOUND when one alone is meant
   */
  async deny(actor: Participant, chosen: Chosen, { message, ban }: Denial): Promise<string[]> {
    const { admissions, audit, book, now } = this.#deps;
    const { waiting, unknown } = this.#choose(chosen);
    const earlier = await this.#deniedBefore(unknown);
    if (unknown.length > earlier.length && 'participantId' in chosen)
      throw new AppError('NOT_FOUND');
    if (ban) await book.decide('ban', waiting, { name: actor.name, now: now() });
    else {
      const how = { outcome: 'denied' as const, at: now() };
      await admissions.remove(this.#roster.fence, waiting.map(userIdOf), how);
    }
    this.#turnAway(waiting, () => (ban ? 'BANNED' : 'FORBIDDEN'), message);
    await audit.recordEach(ban ? 'banned' : 'denied', actor, waiting.map(personOf));
    for (const { id } of waiting) this.#denied.add(id);
    return [...waiting.map(({ id }) => id), ...earlier];
  }

  /**
   * Looks again at everybody who waits: rules have changed, or a place is free. Whoever may come in
   * now does; a full or locked meeting keeps them waiting; who may not enter any more is turned away.
   */
  async review(): Promise<void> {
    const { door, waitingRoom } = this.#deps;
    const entering: Waiting[] = [];
    const refused = new Map<Waiting, ErrorCode>();
    for (const waiting of waitingRoom.queue) {
      const { visitor, deviceId } = waiting;
      const of = { passcode: 'right' as const, admitted: false, further: entering.length };
      const decision = door.decide(visitor, deviceId, of);
      if (decision.does === 'enter' && isHere(waiting)) entering.push(waiting);
      if (decision.does === 'refuse' && !outwaits(decision.code)) {
        refused.set(waiting, decision.code);
      }
    }
    if (refused.size > 0) {
      const away = [...refused.keys()];
      this.#turnAway(away, (waiting) => refused.get(waiting) ?? 'FORBIDDEN', undefined);
      await this.#forget(away, 'denied');
    }
    await this.#letIn(entering);
  }

  /** The meeting is over: nobody needs to wait. */
  dismissAll(): void {
    this.#turnAway(this.#deps.waitingRoom.queue, () => 'ENDED', undefined);
  }

  /** A place that is stored longer than it lasts is given up, or refused, after the next start. */
  async #forget(people: readonly Waiting[], outcome: 'denied' | 'left'): Promise<void> {
    const { admissions, logger, now } = this.#deps;
    const { meetingId } = this.#roster;
    try {
      await admissions.remove(this.#roster.fence, people.map(userIdOf), { outcome, at: now() });
    } catch (error) {
      logger.error({ err: error, meetingId }, 'the end of a place in the queue was not stored');
    }
  }

  async #admitAbsent(away: readonly Waiting[]): Promise<void> {
    const { admissions, book, now, waitingRoom } = this.#deps;
    if (away.length === 0) return;
    await admissions.admit(this.#roster.fence, away.map(userIdOf), now());
    for (const { id, name, visitor } of away) {
      book.remember(visitor.userId, { participantId: id, name });
    }
    waitingRoom.remove(away, 'admitted');
  }

  async #letIn(waiting: readonly Waiting[]): Promise<void> {
    const { door } = this.#deps;
    const newcomers = waiting.flatMap((one) => this.#newcomersFrom(one));
    door.welcome(await door.letIn(newcomers));
  }

  /** Nobody, when they are away. */
  #newcomersFrom({ id, visitor, name, deviceId, connection }: Waiting): Newcomer[] {
    const { meeting, leadership, now } = this.#deps;
    if (connection.state !== 'connected') return [];
    const record = {
      id,
      meetingId: meeting().id,
      userId: visitor.userId,
      deviceId,
      name,
      role: leadership.roleOf(visitor),
      joinedAt: now(),
      companion: false,
    };
    return [{ record, connectionId: connection.connectionId }];
  }

  #choose(chosen: Chosen): { waiting: Waiting[]; unknown: string[] } {
    const { waitingRoom } = this.#deps;
    if ('all' in chosen) return { waiting: [...waitingRoom.queue], unknown: [] };
    const ids = 'participantId' in chosen ? [chosen.participantId] : chosen.participantIds;
    const wanted = new Set(ids);
    return {
      waiting: waitingRoom.queue.filter(({ id }) => wanted.has(id)),
      unknown: [...wanted].filter((id) => !waitingRoom.get(id)),
    };
  }

  /** Another host was quicker, or the same request came twice. */
  #wasAdmitted(id: string): boolean {
    return this.#roster.get(id) !== undefined || this.#deps.book.isReserved(id);
  }

  /** Those who were turned away already, also by an owner before this one. */
  async #deniedBefore(ids: readonly string[]): Promise<string[]> {
    const unsure = ids.filter((id) => !this.#denied.has(id));
    if (unsure.length === 0) return [...ids];
    const stored = await this.#deps.admissions.denied(this.#roster.meetingId, unsure);
    for (const id of stored) this.#denied.add(id);
    return ids.filter((id) => this.#denied.has(id));
  }

  #turnAway(
    people: readonly Waiting[],
    codeFor: (waiting: Waiting) => ErrorCode,
    message: string | undefined,
  ): void {
    const { meetingId } = this.#roster;
    const { waitingRoom } = this.#deps;
    for (const waiting of people) {
      waitingRoom.tell(waiting, 'join-denied', {
        meetingId,
        code: codeFor(waiting),
        ...(message !== undefined && { message }),
      });
    }
    waitingRoom.remove(people, 'denied');
  }
}

function isHere({ connection }: Waiting): boolean {
  return connection.state === 'connected';
}

function userIdOf({ visitor }: Waiting): string {
  return visitor.userId;
}

function personOf({ visitor, name }: Waiting): { userId: string; name: string } {
  return { userId: visitor.userId, name };
}
