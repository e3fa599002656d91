import type { WaitingDevices } from '../../protocol/meetings.ts';
import type { RequestInput, RequestOutput } from '../../protocol/requests.ts';
import { isHosting } from '../../protocol/rights.ts';
import type { Principal } from '../auth/Principal.ts';
import { AppError } from '../core/AppError.ts';
import { partsOf } from './connectionIds.ts';
import type { MeetingParts } from './createParts.ts';
import type { Attached, OwnerArgs } from './ownerOperations.ts';
import type { Connection, Participant } from './Participant.ts';
import type { Waiting } from './Waiting.ts';

/** Which place somebody takes up again, from where, and what they know. */
export type Resumption = Pick<
  RequestInput<'resume-meeting'>,
  'participantId' | 'deviceId' | 'epoch' | 'seq'
>;

export interface ConnectionsDeps {
  parts: () => MeetingParts;
  creatorId: () => string;
  reconnectGraceMs: number;
  /** Grace for those who said themselves that they go. */
  reloadGraceMs: number;
  /** How long somebody who waits keeps their place without a connection. */
  waitingGraceMs: number;
  /** Runs a task when it is the turn of this meeting. */
  post: (task: () => Promise<void>) => void;
}

/** Which connections those who have a place in one meeting are on. Used in the meeting's mailbox only. */
export class Connections {
  readonly #deps: ConnectionsDeps;
  /** Ids of those who may not know that they are in. */
  readonly #untold: Set<string>;

  constructor(deps: ConnectionsDeps, untold: readonly string[]) {
    this.#deps = deps;
    this.#untold = new Set(untold);
  }

  /** Whether the connection has a place in the meeting or in its queue. */
  has(connectionId: string): boolean {
    const { roster, waitingRoom } = this.#deps.parts();
    return Boolean(roster.ofConnection(connectionId) ?? waitingRoom.ofConnection(connectionId));
  }

  /** Takes up a participant on a new connection. @throws AppError INVALID_STATE */
  async resume(principal: Principal, connectionId: string, of: Resumption): Promise<Participant> {
    const { roster, attendance, leadership, waitingRoom } = this.#deps.parts();
    const participant = roster.get(of.participantId);
    const seated = roster.ofConnection(connectionId) ?? waitingRoom.ofConnection(connectionId);
    const theirs = participant?.userId === principal.userId;
    if (!theirs || (seated && seated !== participant) || isElsewhere(participant, of)) {
      throw new AppError('INVALID_STATE', { message: 'You are no longer in this meeting.' });
    }
    // First what can fail: a place on a connection that was refused would be nobody's.
    if (this.#isCreator(participant)) await leadership.receiveCreator();
    attendance.move(participant, connectionId);
    if (isHosting(participant.role)) waitingRoom.showTo(participant);
    return participant;
  }

  /** What was missed since `(epoch, seq)`, or everything. */
  catchUp(
    participant: Participant,
    { epoch, seq }: Pick<Resumption, 'epoch' | 'seq'>,
  ): RequestOutput<'resume-meeting'> {
    const { roster, attendance } = this.#deps.parts();
    const missed = roster.log.since(epoch, seq);
    return missed
      ? { status: 'resumed', missed }
      : {
          status: 'resynced',
          snapshot: { ...attendance.snapshot(), participantId: participant.id },
        };
  }

  /** @param closed whether the client closed it, as a page does that is closed or reloaded */
  lost(connectionId: string, closed: boolean): void {
    const { roster, attendance, waitingRoom } = this.#deps.parts();
    const { reconnectGraceMs, reloadGraceMs } = this.#deps;
    const participant = roster.ofConnection(connectionId);
    const waiting = waitingRoom.ofConnection(connectionId);
    if (participant) {
      const graceMs = closed ? reloadGraceMs : reconnectGraceMs;
      attendance.disconnect(participant, this.whileGone(participant.id, graceMs));
    }
    if (waiting) waitingRoom.disconnect(waiting, this.whileAway(waiting.visitor.userId));
  }

  /**
   * These are all connections of a node that have a place here, as far as it knows: those it does not
   * name are lost, those that are awaited are back. Whoever is on another connection by now stays there.
   * @returns the connections without a place
   */
  attach(node: string, { connections, entering }: OwnerArgs<'attach'>): string[] {
    const named = new Set([...entering, ...connections.map(({ connectionId }) => connectionId)]);
    for (const id of this.#connectionsOf(node)) if (!named.has(id)) this.lost(id, false);
    const strangers: string[] = [];
    for (const attached of connections) {
      if (!this.#takeOver(attached)) strangers.push(attached.connectionId);
    }
    return strangers;
  }

  /** To those who are in on these connections: where the meeting's numbered facts stand. */
  tellPosition({ connections }: OwnerArgs<'attach'>): void {
    const { roster } = this.#deps.parts();
    const { meetingId, log } = roster;
    for (const { participantId } of connections) {
      const position = { meetingId, epoch: log.epoch, seq: log.seq };
      roster.tell(roster.get(participantId), 'meeting-position', position);
    }
  }

  /** Somebody who waits tells what they would come in with. @throws AppError INVALID_STATE */
  setWaitingDevices(connectionId: string, devices: WaitingDevices): void {
    const { waitingRoom } = this.#deps.parts();
    const waiting = waitingRoom.ofConnection(connectionId);
    if (!waiting) throw new AppError('INVALID_STATE', { message: 'You do not wait here.' });
    waiting.devices = devices;
    waitingRoom.changed(waiting);
  }

  /** A node is gone, and every connection with it. */
  nodeLost(node: string): void {
    for (const id of this.#connectionsOf(node)) this.lost(id, false);
  }

  /** Begins the time that somebody who is in has to be back. */
  whileGone(participantId: string, graceMs = this.#deps.reconnectGraceMs): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#deps.post(async () => {
        const { departures, roster } = this.#deps.parts();
        const participant = roster.get(participantId);
        if (!participant || !isAway(participant, timer)) return;
        await departures.release([participant], 'connection-lost');
      });
    }, graceMs);
    return timer;
  }

  /** Begins the time that somebody who waits may be away for. */
  whileAway(userId: string): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#deps.post(async () => {
        const { queue, waitingRoom } = this.#deps.parts();
        const waiting = waitingRoom.ofUser(userId);
        if (!waiting || !isAway(waiting, timer)) return;
        await queue.giveUp(waiting);
      });
    }, this.#deps.waitingGraceMs);
    return timer;
  }

  /** False when there is no such place any more. */
  #takeOver({ connectionId, participantId, userId }: Attached): boolean {
    const { roster, attendance, waitingRoom } = this.#deps.parts();
    const place: Participant | Waiting | undefined =
      roster.get(participantId) ?? waitingRoom.get(participantId);
    if (!place || userOf(place) !== userId) return false;
    if (place.connection.state === 'connected') {
      return place.connection.connectionId === connectionId;
    }
    if ('visitor' in place) waitingRoom.connect(place, connectionId);
    else {
      attendance.move(place, connectionId);
      if (this.#untold.delete(place.id)) attendance.welcome(place, attendance.snapshot());
      if (isHosting(place.role)) waitingRoom.showTo(place);
    }
    return true;
  }

  #connectionsOf(node: string): string[] {
    const { roster, waitingRoom } = this.#deps.parts();
    return [...roster.participants, ...waitingRoom.queue].flatMap(({ connection }) => {
      const here =
        connection.state === 'connected' && partsOf(connection.connectionId).node === node;
      return here ? [connection.connectionId] : [];
    });
  }

  #isCreator({ userId, companion }: Participant): boolean {
    return userId === this.#deps.creatorId() && !companion;
  }
}

function userOf(place: Participant | Waiting): string {
  return 'visitor' in place ? place.visitor.userId : place.userId;
}

/** Whether another device has taken the place over: nobody takes it back unasked. */
function isElsewhere(participant: Participant, { deviceId }: Resumption): boolean {
  return deviceId !== undefined && participant.deviceId !== deviceId;
}

/** Whether it is this grace time that is over: they may have been back, and be away anew. */
function isAway({ connection }: { connection: Connection }, timer: NodeJS.Timeout): boolean {
  return connection.state === 'reconnecting' && connection.graceTimer === timer;
}
