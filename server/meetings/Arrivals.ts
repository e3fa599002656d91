import { AppError } from '../core/AppError.ts';
import { createId } from '../core/ids.ts';
import { placeOf, type JoinRequest, type QueuedJoin } from './admission.ts';
import type { Newcomer } from './Attendance.ts';
import type { Door, DoorDeps } from './Door.ts';
import { outwaits } from './joinPolicy.ts';
import type { Participant } from './Participant.ts';
import type { Queue } from './Queue.ts';
import type { Roster } from './Roster.ts';
import type { Waiting } from './Waiting.ts';

export interface ArrivalsDeps extends Omit<DoorDeps, 'invited' | 'earlyStartMs'> {
  door: Door;
  queue: Queue;
}

/** Somebody new, on their way in. */
interface Entering {
  newcomer: Newcomer;
  join: QueuedJoin;
}

interface Seated {
  participant: Participant;
  join: QueuedJoin;
}

/**
 * Those who ask to come in: they take up their place again, enter, wait, or are refused. Used in the
 * meeting's mailbox only; whoever enters is stored first, so that nobody is ever half in.
 */
export class Arrivals {
  readonly #roster: Roster;
  readonly #deps: ArrivalsDeps;

  constructor(roster: Roster, deps: ArrivalsDeps) {
    this.#roster = roster;
    this.#deps = deps;
  }

  /** Serves joins that waited for their turn together: with one write for all who enter. */
  async serve(joins: readonly QueuedJoin[]): Promise<void> {
    const { door } = this.#deps;
    const seated: Seated[] = [];
    const entering: Entering[] = [];
    const people = new Set<string>();
    /** Of people who are on their way in already: they find what becomes of that. */
    const further: QueuedJoin[] = [];
    for (const join of joins) {
      const { userId } = join.request.principal;
      if (people.has(userId)) {
        further.push(join);
        continue;
      }
      people.add(userId);
      try {
        const place = placeOf(this.#roster.ofUser(userId), join.request);
        if (place) seated.push({ participant: await this.#takeUp(place, join.request), join });
        else await this.#receive(join, entering);
      } catch (error) {
        join.reject(error);
      }
    }
    seated.push(...(await this.#enter(entering)));
    door.welcome(seated.map(({ participant }) => participant));
    for (const { participant, join } of seated) {
      join.resolve({ status: 'joined', participantId: participant.id });
    }
    if (further.length > 0) await this.serve(further);
  }

  async #takeUp(place: Participant, request: JoinRequest): Promise<Participant> {
    const { attendance, leadership } = this.#deps;
    // First what can fail: a place that has moved to a connection which was refused would be nobody's.
    if (this.#isCreator(place)) await leadership.receiveCreator();
    await attendance.takeUp(place, request.connectionId, request.deviceId);
    return place;
  }

  /** Somebody without a place. @throws AppError with the code of the refusal */
  async #receive(join: QueuedJoin, entering: Entering[]): Promise<void> {
    const { attendance, book, door, leadership, queue, waitingRoom } = this.#deps;
    const { principal: visitor, deviceId } = join.request;
    // First that they have left, if that is not stored yet: it takes the right to come back with it.
    await attendance.storeDepartures();
    const { userId } = visitor;
    const waiting = waitingRoom.ofUser(userId);
    if (waiting) assertMayTakeUp(waiting, join.request);
    // Whoever is in with one device need not ask for another.
    const isIn = this.#roster.ofUser(userId).length > 0;
    const decision = door.decide(visitor, deviceId, {
      // Who waits has shown it.
      passcode: waiting ? 'right' : this.#passcodeOf(join.request),
      admitted: isIn || book.admission(userId) !== undefined,
      further: entering.length,
    });
    if (decision.does === 'enter') {
      if (this.#isCreator({ userId, companion: join.request.companion }))
        await leadership.receiveCreator();
      if (waiting) queue.tellReplaced(waiting, join.request.connectionId);
      entering.push({ newcomer: this.#newcomer(join.request, waiting), join });
      return;
    }
    if (waiting && (decision.does === 'wait' || outwaits(decision.code))) {
      queue.waitAgain(waiting, join.request);
      join.resolve({ status: 'waiting', participantId: waiting.id });
      return;
    }
    if (decision.does === 'wait') {
      const { id } = await queue.wait(join.request);
      join.resolve({ status: 'waiting', participantId: id });
      return;
    }
    if (waiting) await queue.giveUp(waiting);
    throw new AppError(decision.code, { ...(decision.details && { details: decision.details }) });
  }

  async #enter(entering: readonly Entering[]): Promise<Seated[]> {
    try {
      const entered = await this.#deps.door.letIn(entering.map(({ newcomer }) => newcomer));
      return entered.flatMap((participant, index) => {
        const join = entering[index]?.join;
        return join ? [{ participant, join }] : [];
      });
    } catch (error) {
      for (const { join } of entering) join.reject(error);
      return [];
    }
  }

  #newcomer(request: JoinRequest, waiting: Waiting | undefined): Newcomer {
    const { book, leadership, meeting, now } = this.#deps;
    const { principal, companion, displayName, deviceId, connectionId } = request;
    const admission = companion ? undefined : book.admission(principal.userId);
    const plain = principal.kind === 'guest' ? 'guest' : 'participant';
    return {
      record: {
        id: waiting?.id ?? admission?.participantId ?? createId(),
        meetingId: meeting().id,
        userId: principal.userId,
        deviceId,
        // A name that a host gave outlives a lost connection.
        name: admission?.name ?? displayName ?? principal.name,
        role: companion ? plain : leadership.roleOf(principal),
        joinedAt: now(),
        companion,
      },
      connectionId,
    };
  }

  /** The passcode may have been changed after it was checked. */
  #passcodeOf({ passcode, passcodeHash }: JoinRequest): JoinRequest['passcode'] {
    const outdated = passcodeHash !== this.#deps.meeting().passcodeHash;
    return passcode === 'right' && outdated ? 'wrong' : passcode;
  }

  #isCreator({ userId, companion }: Pick<Participant, 'userId' | 'companion'>): boolean {
    return userId === this.#deps.meeting().hostId && !companion;
  }
}

/** The same device keeps its place in the queue; another has to say so. @throws AppError ALREADY_JOINED */
function assertMayTakeUp({ connection, deviceId }: Waiting, request: JoinRequest): void {
  const sameDevice = deviceId !== null && deviceId === request.deviceId;
  const free = connection.state !== 'connected' || connection.connectionId === request.connectionId;
  if (!sameDevice && !free && !request.takeOver) throw new AppError('ALREADY_JOINED');
}
