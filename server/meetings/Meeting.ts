import { EventEmitter } from 'node:events';
import type { LeaveReason, Reaction } from '../../protocol/meetings.ts';
import type { MeetingSnapshot } from '../../protocol/notifications.ts';
import type { RequestOutput } from '../../protocol/requests.ts';
import type { Principal } from '../auth/Principal.ts';
import { AppError } from '../core/AppError.ts';
import type { Logger } from '../core/logger.ts';
import { Mailbox } from '../core/Mailbox.ts';
import {
  sortJoins,
  type Admitted,
  type JoinRequest,
  type QueuedJoin,
  type Seated,
} from './admission.ts';
import { EventLog } from './EventLog.ts';
import type { Fanout } from './Fanout.ts';
import { MeetingMedia, type MeetingMediaDeps } from './MeetingMedia.ts';
import { Participant } from './Participant.ts';
import { Roster } from './Roster.ts';
import type { MeetingPatch, MeetingRecord, MeetingStore, ParticipantStore } from './stores.ts';
import { toMeetingView } from './views.ts';

export interface MeetingDeps extends Omit<MeetingMediaDeps, 'settings'> {
  meetings: MeetingStore;
  participants: ParticipantStore;
  fanout: Fanout;
  logger: Logger;
  now: () => number;
  reconnectGraceMs: number;
  /** Grace for those who said themselves that they go. */
  reloadGraceMs: number;
  earlyStartMs: number;
  /** How long an empty meeting stays in memory. */
  emptyTtlMs: number;
}

/** What everybody in the meeting is shown alike. */
type SharedSnapshot = Omit<MeetingSnapshot, 'participantId'>;

interface MeetingEvents {
  /** Nothing of the meeting is left in memory; whoever wants it loads it again. */
  closed: [];
}

/**
 * One live meeting: its mailbox serialises everything that changes who is in it. Joins that wait
 * together are admitted together, with one write and one pass over the roster.
 */
export class Meeting extends EventEmitter<MeetingEvents> {
  readonly media: MeetingMedia;
  readonly #deps: MeetingDeps;
  readonly #roster: Roster;
  readonly #mailbox = new Mailbox();
  #record: MeetingRecord;
  #invited: ReadonlySet<string>;
  #joins: QueuedJoin[] = [];
  #startedAt = 0;
  #emptyTimer: NodeJS.Timeout | undefined;

  constructor(record: MeetingRecord, invited: string[], epoch: number, deps: MeetingDeps) {
    super();
    this.#deps = deps;
    this.#record = record;
    this.#invited = new Set(invited);
    this.#roster = new Roster(record.id, new EventLog(epoch), deps.fanout);
    this.media = new MeetingMedia(this.#roster, { ...deps, settings: () => this.#record.settings });
    this.#startEmptyTimer();
  }

  get record(): Readonly<MeetingRecord> {
    return this.#record;
  }

  get closed(): boolean {
    return this.#mailbox.closed;
  }

  get epoch(): number {
    return this.#roster.log.epoch;
  }

  get participants(): readonly Participant[] {
    return this.#roster.participants;
  }

  /** Whether the connection has a place in the meeting. */
  has(connectionId: string): boolean {
    return this.#roster.ofConnection(connectionId) !== undefined;
  }

  /** The participant that speaks through a connection. @throws AppError INVALID_STATE */
  participantOf(connectionId: string): Participant {
    const participant = this.#roster.ofConnection(connectionId);
    if (!participant)
      throw new AppError('INVALID_STATE', { message: 'You are not in this meeting.' });
    return participant;
  }

  /** Admits or refuses with the fitting code. On success `meeting-joined` is sent before this settles. */
  join(request: JoinRequest): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#joins.push({ request, resolve, reject });
      if (this.#joins.length > 1) return;
      this.#mailbox
        .post(() => this.#admitQueued())
        .catch((error: unknown) => {
          for (const join of this.#joins.splice(0)) join.reject(error);
        });
    });
  }

  /** Takes up a participant on a new connection, telling what was missed since `(epoch, seq)`. */
  resume(
    principal: Principal,
    connectionId: string,
    of: { participantId: string; epoch: number; seq: number },
  ): Promise<RequestOutput<'resume-meeting'>> {
    return this.#mailbox.post(() => {
      const participant = this.#roster.get(of.participantId);
      if (participant?.userId !== principal.userId) {
        throw new AppError('INVALID_STATE', { message: 'You are no longer in this meeting.' });
      }
      this.#moveConnection(participant, connectionId);
      const missed = this.#roster.log.since(of.epoch, of.seq);
      return missed
        ? { status: 'resumed' as const, missed }
        : {
            status: 'resynced' as const,
            snapshot: { ...this.#snapshot(), participantId: participant.id },
          };
    });
  }

  leave(connectionId: string): Promise<void> {
    return this.#mailbox.post(async () => {
      const participant = this.#roster.ofConnection(connectionId);
      if (participant) await this.#remove([participant], 'left');
    });
  }

  /**
   * The connection is gone: its participant has the grace time to come back.
   * @param closed whether the client closed it, as a page does that is closed or reloaded
   */
  connectionLost(connectionId: string, closed: boolean): Promise<void> {
    return this.#mailbox.post(() => {
      const participant = this.#roster.ofConnection(connectionId);
      if (!participant) return;
      const { reconnectGraceMs, reloadGraceMs } = this.#deps;
      const graceMs = closed ? reloadGraceMs : reconnectGraceMs;
      const graceTimer = setTimeout(() => this.#graceOver(participant), graceMs);
      this.#roster.disconnect(participant, graceTimer);
      this.#roster.publish('participant-connection-updated', {
        participantId: participant.id,
        connection: 'reconnecting',
      });
      this.#log('participant connection lost', participant);
    });
  }

  raiseHand(participant: Participant, raised: boolean): void {
    if ((participant.handRaisedAt !== null) === raised) return;
    participant.handRaisedAt = raised ? this.#deps.now() : null;
    this.#roster.publish('participant-hand-updated', {
      participantId: participant.id,
      handRaised: raised,
      handRaisedAt: raised ? new Date(this.#deps.now()).toISOString() : null,
    });
  }

  /** @throws AppError FORBIDDEN where only hosts may react. */
  react(participant: Participant, reaction: Reaction): void {
    const host = participant.role === 'host' || participant.role === 'cohost';
    if (!host && !this.#record.settings.mayReact) throw new AppError('FORBIDDEN');
    this.#deps.fanout.toMeeting(this.#record.id, 'reaction-sent', {
      meetingId: this.#record.id,
      participantId: participant.id,
      reaction,
    });
  }

  /**
   * Stores a change and tells everyone in the meeting.
   * @param change computes the patch from what holds when its turn comes
   * @throws AppError ENDED
   */
  update(
    change: (current: Readonly<MeetingRecord>) => MeetingPatch,
    invited?: string[],
  ): Promise<MeetingRecord> {
    return this.#mailbox.post(async () => {
      if (this.#record.endedAt !== null) throw new AppError('ENDED');
      const patch = change(this.#record);
      await this.#deps.meetings.update(this.#record.id, patch, this.epoch);
      if (invited) {
        await this.#deps.meetings.setInvited(this.#record.id, invited);
        this.#invited = new Set(invited);
      }
      this.#record = { ...this.#record, ...patch };
      this.#roster.publish('meeting-updated', { meeting: toMeetingView(this.#record) });
      return this.#record;
    });
  }

  /** Ends the meeting for everyone, for good. Ending it again changes nothing. */
  end(): Promise<MeetingRecord> {
    return this.#mailbox.post(async () => {
      if (this.#record.endedAt === null) {
        const endedAt = this.#deps.now();
        await this.#deps.meetings.update(this.#record.id, { endedAt }, this.epoch);
        this.#record = { ...this.#record, endedAt };
        this.#deps.logger.info({ meetingId: this.#record.id }, 'meeting ended');
      }
      const meetingId = this.#record.id;
      this.#deps.fanout.toMeeting(meetingId, 'meeting-ended', { meetingId });
      await this.#remove(this.#roster.participants, 'meeting-ended', 'quietly');
      this.#closeNow();
      return this.#record;
    });
  }

  /** The server stops: everyone's stay ends here, and they may come back to the next server. */
  async shutDown(): Promise<void> {
    if (this.closed) return;
    await this.#mailbox.post(async () => {
      await this.#remove(this.#roster.participants, 'connection-lost', 'quietly');
      this.#closeNow();
    });
  }

  async #admitQueued(): Promise<void> {
    const { rejoining, admitted } = sortJoins(this.#joins.splice(0), this.#roster, {
      meeting: this.#record,
      invited: this.#invited,
      now: this.#deps.now(),
      earlyStartMs: this.#deps.earlyStartMs,
    });
    const inside: Seated[] = [];
    for (const { participant, join } of rejoining) {
      try {
        await this.#takeUp(participant, join.request);
        inside.push({ participant, join });
      } catch (error) {
        join.reject(error);
      }
    }
    try {
      if (admitted.length > 0) inside.push(...(await this.#enter(admitted)));
    } catch (error) {
      for (const { join } of admitted) join.reject(error);
      if (this.#roster.size === 0) await this.media.close();
    }
    if (inside.length === 0) return;
    // One picture of the roster for all who enter together.
    const snapshot = this.#snapshot();
    for (const { participant, join } of inside) this.#welcome(participant, join, snapshot);
  }

  async #takeUp(participant: Participant, request: JoinRequest): Promise<void> {
    if (participant.connectionId !== request.connectionId) await this.media.reset(participant);
    participant.deviceId = request.deviceId;
    this.#moveConnection(participant, request.connectionId);
  }

  /** Router, then record, then roster and room: whatever fails leaves none of them. */
  async #enter(admitted: readonly Admitted[]): Promise<Seated[]> {
    await this.media.open();
    await this.#deps.participants.insertMany(admitted.map(({ record }) => record));
    clearTimeout(this.#emptyTimer);
    if (this.#roster.size === 0) this.#startedAt = this.#deps.now();
    // Those who enter together are told of each other by the snapshot.
    const newcomers = admitted.map(({ record, join }) => ({
      participant: new Participant(record, join.request.connectionId),
      join,
    }));
    for (const { participant } of newcomers) {
      this.#roster.publish('participant-joined', { participant: participant.toView() });
    }
    for (const { participant } of newcomers) {
      this.#roster.add(participant);
      this.#log('participant joined', participant);
    }
    return newcomers;
  }

  #welcome(participant: Participant, join: QueuedJoin, snapshot: SharedSnapshot): void {
    this.#roster.tell(participant, 'meeting-joined', {
      ...snapshot,
      participantId: participant.id,
    });
    join.resolve(participant.id);
  }

  /** Newest connection wins; the one before is told. */
  #moveConnection(participant: Participant, connectionId: string): void {
    const before = participant.connectionId;
    if (before === connectionId) return;
    if (before !== null) {
      this.#roster.tell(participant, 'meeting-left', {
        meetingId: this.#record.id,
        participantId: participant.id,
        reason: 'replaced',
      });
    }
    this.#roster.connect(participant, connectionId);
    if (before === null) {
      this.#roster.publish('participant-connection-updated', {
        participantId: participant.id,
        connection: 'connected',
      });
    }
    this.#log('participant reconnected', participant);
  }

  #graceOver(participant: Participant): void {
    this.#mailbox
      .post(async () => {
        const still = this.#roster.get(participant.id) === participant;
        if (!still || participant.connection.state === 'connected') return;
        await this.#remove([participant], 'connection-lost');
      })
      .catch((error: unknown) => {
        if (!this.closed) this.#deps.logger.error({ err: error }, 'removing a participant failed');
      });
  }

  async #remove(
    participants: readonly Participant[],
    reason: LeaveReason,
    how: 'telling the others' | 'quietly' = 'telling the others',
  ): Promise<void> {
    for (const participant of participants) {
      this.#roster.remove(participant);
      if (how === 'telling the others') {
        this.#roster.publish('participant-left', { participantId: participant.id, reason });
      }
      this.#log('participant left', participant, reason);
    }
    if (this.#roster.size === 0) {
      this.#startEmptyTimer();
      await this.media.close();
    } else {
      await Promise.all(participants.map((participant) => this.media.release(participant)));
    }
    const leftAt = this.#deps.now();
    try {
      const departures = participants.map(({ id }) => ({ id, leftAt, reason }));
      await this.#deps.participants.markLeft(departures);
    } catch (error) {
      // They are gone all the same. The next start closes what is still open in the history.
      const { id: meetingId } = this.#record;
      this.#deps.logger.error({ err: error, meetingId }, 'the end of a stay was not stored');
    }
  }

  #snapshot(): SharedSnapshot {
    return {
      meeting: toMeetingView(this.#record),
      participants: this.#roster.participants.map((other) => other.toView()),
      webrtcConfig: this.media.webrtcConfig(),
      startedAt: new Date(this.#startedAt).toISOString(),
      epoch: this.#roster.log.epoch,
      seq: this.#roster.log.seq,
    };
  }

  #startEmptyTimer(): void {
    clearTimeout(this.#emptyTimer);
    this.#emptyTimer = setTimeout(() => {
      this.#mailbox
        .post(() => {
          if (this.#roster.size === 0 && this.#joins.length === 0) this.#closeNow();
        })
        .catch(() => undefined);
    }, this.#deps.emptyTtlMs);
  }

  #closeNow(): void {
    if (this.closed) return;
    clearTimeout(this.#emptyTimer);
    this.#mailbox.close();
    this.emit('closed');
  }

  #log(message: string, participant: Participant, reason?: LeaveReason): void {
    const { id, userId } = participant;
    this.#deps.logger.info(
      { meetingId: this.#record.id, participantId: id, userId, ...(reason && { reason }) },
      message,
    );
  }
}
