import type { Broadcast } from '../../protocol/live.ts';
import type { LeaveReason } from '../../protocol/meetings.ts';
import type { MeetingSnapshot } from '../../protocol/notifications.ts';
import type { Logger } from '../core/logger.ts';
import { StaleEpochError } from '../core/StaleEpochError.ts';
import type { MeetingMedia } from './MeetingMedia.ts';
import { Participant } from './Participant.ts';
import type { Pictures } from './Pictures.ts';
import type { Roster } from './Roster.ts';
import type { Departure, MeetingRecord, ParticipantRecord, ParticipantStore } from './stores.ts';
import { toMeetingView } from './views.ts';

export interface AttendanceDeps {
  media: MeetingMedia;
  pictures: Pick<Pictures, 'read'>;
  participants: ParticipantStore;
  logger: Logger;
  now: () => number;
  meeting: () => Readonly<MeetingRecord>;
  broadcast: () => Broadcast;
}

/** Somebody who enters, with what is stored of their stay. */
export interface Newcomer {
  record: ParticipantRecord;
  connectionId: string;
}

/** What everybody in the meeting is shown alike. */
export type SharedSnapshot = Omit<MeetingSnapshot, 'participantId'>;

/** Who is in one meeting and on which connection: the stays, from entering to leaving. */
export class Attendance {
  readonly #roster: Roster;
  readonly #deps: AttendanceDeps;
  #startedAt: number;
  /** Ends of stays that could not be stored yet, in their order. */
  readonly #unstored: { departures: Departure[]; empties: boolean }[] = [];

  /** @param startedAt when the first of those who are in entered */
  constructor(roster: Roster, deps: AttendanceDeps, startedAt: number) {
    this.#roster = roster;
    this.#deps = deps;
    this.#startedAt = startedAt;
  }

  get startedAt(): number {
    return this.#startedAt;
  }

  /** Router, then record, then roster and room: whatever fails leaves none of them. */
  async enter(newcomers: readonly Newcomer[]): Promise<Participant[]> {
    const { media, participants: store, now } = this.#deps;
    try {
      await media.open();
      await store.enter(
        this.#roster.fence,
        newcomers.map(({ record }) => record),
        this.#roster.size === 0,
      );
    } catch (error) {
      if (this.#roster.size === 0) await media.close();
      throw error;
    }
    if (this.#roster.size === 0) this.#startedAt = now();
    const entered = newcomers.map(
      ({ record, connectionId }) => new Participant(record, { state: 'connected', connectionId }),
    );
    await this.#deps.pictures.read(entered);
    // Those who enter together are told of each other by the snapshot.
    for (const participant of entered) {
      this.#roster.publish('participant-joined', { participant: participant.toView() });
    }
    for (const participant of entered) {
      this.#roster.add(participant);
      this.#log('participant joined', participant);
    }
    return entered;
  }

  /** Somebody who is in begins anew, on this connection or from another device. */
  async takeUp(
    participant: Participant,
    connectionId: string,
    deviceId: string | null,
  ): Promise<void> {
    // A connection stays on its device.
    if (participant.connectionId === connectionId) return;
    await this.#deps.media.reset(participant);
    participant.deviceId = deviceId;
    this.#roster.touch(participant);
    this.move(participant, connectionId);
  }

  /** Newest connection wins; the one before is told. */
  move(participant: Participant, connectionId: string): void {
    const before = participant.connectionId;
    if (before === connectionId) return;
    if (before !== null) this.dismiss([participant], 'replaced');
    this.#roster.connect(participant, connectionId);
    if (before === null) {
      this.#roster.publish('participant-connection-updated', {
        participantId: participant.id,
        connection: 'connected',
      });
    }
    this.#log('participant reconnected', participant);
  }

  /** The connection is lost: everybody sees it at once. @param graceTimer ends the stay when it is over */
  disconnect(participant: Participant, graceTimer: NodeJS.Timeout): void {
    this.#log('participant connection lost', participant);
    this.#roster.disconnect(participant, graceTimer);
    this.#roster.publish('participant-connection-updated', {
      participantId: participant.id,
      connection: 'reconnecting',
    });
  }

  /** Tells people that they have no place any more. */
  dismiss(participants: readonly Participant[], reason: LeaveReason): void {
    const { meetingId } = this.#roster;
    for (const participant of participants) {
      const { id: participantId } = participant;
      this.#roster.tell(participant, 'meeting-left', { meetingId, participantId, reason });
    }
  }

  /**
   * Ends stays. For a store that is away nobody stays: it is stored by `storeDepartures`. Those who are put
   * out hear so once it is stored: an owner that was succeeded finds out before it tells anybody.
   * @throws StaleEpochError for those only
   */
  async remove(
    participants: readonly Participant[],
    reason: LeaveReason,
    how: 'telling the others' | 'quietly' = 'telling the others',
  ): Promise<void> {
    const { media } = this.#deps;
    const putOut = reason === 'removed' || reason === 'banned';
    if (putOut) {
      await this.#store(participants, reason);
      this.dismiss(participants, reason);
    }
    for (const participant of participants) {
      this.#roster.remove(participant);
      if (how === 'telling the others') {
        this.#roster.publish('participant-left', { participantId: participant.id, reason });
      }
      this.#log('participant left', participant, reason);
    }
    if (this.#roster.size === 0) await media.close();
    else await Promise.all(participants.map((participant) => media.release(participant)));
    // Whoever has left has left: also for an owner that was succeeded, which is told with the answer.
    if (!putOut) await this.#store(participants, reason).catch(() => undefined);
  }

  /**
   * Stores the ends of stays, or has that done later where the store is away.
   * @throws StaleEpochError
   */
  async #store(participants: readonly Participant[], reason: LeaveReason): Promise<void> {
    const leftAt = this.#deps.now();
    const departures = participants.map(({ id, companion }) => ({
      participantId: id,
      leftAt,
      reason,
      // Whoever only lost the connection may come back without asking.
      forgetAdmission: !companion && reason !== 'connection-lost',
    }));
    const empties = this.#roster.participants.every((one) => participants.includes(one));
    this.#unstored.push({ departures, empties });
    try {
      await this.storeDepartures();
    } catch (error) {
      // Where the meeting closes before, whoever loads it next ends what is still open in the history.
      const { meetingId } = this.#roster;
      this.#deps.logger.error({ err: error, meetingId }, 'the end of a stay was not stored');
      if (error instanceof StaleEpochError) throw error;
    }
  }

  /** Stores the ends of stays that could not be stored before. */
  async storeDepartures(): Promise<void> {
    for (;;) {
      const [batch] = this.#unstored;
      if (!batch) return;
      await this.#deps.participants.leave(this.#roster.fence, batch.departures, batch.empties);
      this.#unstored.shift();
    }
  }

  snapshot(): SharedSnapshot {
    return {
      meeting: toMeetingView(this.#deps.meeting()),
      participants: this.#roster.participants.map((other) => other.toView()),
      webrtcConfig: this.#deps.media.webrtcConfig(),
      startedAt: new Date(this.#startedAt).toISOString(),
      broadcast: this.#deps.broadcast(),
      epoch: this.#roster.log.epoch,
      seq: this.#roster.log.seq,
    };
  }

  /** To somebody who has entered or begins anew: the meeting as it is. */
  welcome(participant: Participant, snapshot: SharedSnapshot): void {
    this.#roster.tell(participant, 'meeting-joined', {
      ...snapshot,
      participantId: participant.id,
    });
  }

  #log(
    message: string,
    { id: participantId, userId, connectionId }: Participant,
    reason?: LeaveReason,
  ): void {
    const { meetingId } = this.#roster;
    this.#deps.logger.info(
      { meetingId, participantId, userId, connectionId, ...(reason && { reason }) },
      message,
    );
  }
}
