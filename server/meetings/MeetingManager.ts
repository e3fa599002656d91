import type { Lease, LeaseStore } from '../cluster/LeaseStore.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../core/AppError.ts';
import { StaleEpochError } from '../core/StaleEpochError.ts';
import type { MediaEventSource } from '../media/MediaCommands.ts';
import type { JoinOutcome, JoinRequest } from './admission.ts';
import type { OpenedFanout, OpenFanout } from './Fanout.ts';
import { loadMeeting } from './loadMeeting.ts';
import { Meeting, type MeetingDeps } from './Meeting.ts';
import type { PasscodeGate } from './PasscodeGate.ts';

export interface MeetingManagerDeps extends Omit<MeetingDeps, 'fanout'> {
  openFanout: OpenFanout;
  mediaEvents: MediaEventSource;
  leases: LeaseStore;
  passcodes: PasscodeGate;
}

export interface JoinInput extends Omit<JoinRequest, 'passcode' | 'passcodeHash'> {
  passcode: string | undefined;
  /** Where the request comes from, for the limits on guesses. */
  address: string;
}

const REASSERT_PAUSE_MS = 500;

/** The meetings that this node owns: brings them to life when somebody comes, and finds them again. */
export class MeetingManager {
  readonly #deps: MeetingManagerDeps;
  /** A promise from the moment of the decision, so that a meeting never comes to life twice. */
  readonly #opening = new Map<string, Promise<Lease>>();
  readonly #live = new Map<string, Meeting>();
  readonly #idByCode = new Map<string, string>();
  /** What the media layer reports of meetings that come to life: it concerns what is being read. */
  readonly #early = new Map<string, ((meeting: Meeting) => void)[]>();
  /** How the next owner of a meeting that is handed over takes it. */
  readonly #successions = new Map<Meeting, () => Promise<unknown>>();
  readonly #self: string;
  #closed = false;
  #takenOver = 0;
  #lost = 0;

  /** @param self instance of this node */
  constructor(self: string, deps: MeetingManagerDeps) {
    this.#self = self;
    this.#deps = deps;
    this.#routeMediaEvents(deps.mediaEvents);
  }

  /** Meetings in memory. */
  get liveMeetings(): readonly Meeting[] {
    return [...this.#live.values()];
  }

  /**
   * Since the start: meetings with people in them that this node became the owner of, and meetings that
   * another one turned out to own.
   */
  get counts(): { takenOver: number; lost: number } {
    return { takenOver: this.#takenOver, lost: this.#lost };
  }

  /** A meeting in memory. @param ref id, or join code in its usual form */
  find(ref: string): Meeting | undefined {
    return this.#live.get(this.#idByCode.get(ref) ?? ref);
  }

  /** A meeting in memory. @throws AppError INVALID_STATE when it is not */
  live(meetingId: string): Meeting {
    const meeting = this.#live.get(meetingId);
    if (!meeting) throw new AppError('INVALID_STATE');
    return meeting;
  }

  /**
   * Brings a meeting to life unless somebody owns it.
   * @returns who owns it then
   * @throws AppError NOT_FOUND, ENDED, UNAVAILABLE; StaleEpochError when this node takes none any more
   */
  open(meetingId: string): Promise<Lease> {
    // Whoever asks finds another node, if there is one.
    if (this.#closed) return Promise.reject(new StaleEpochError(meetingId, 0));
    const live = this.#live.get(meetingId);
    if (live) return Promise.resolve({ owner: this.#self, epoch: live.epoch });
    const opening =
      this.#opening.get(meetingId) ??
      this.#load(meetingId).finally(() => this.#opening.delete(meetingId));
    this.#opening.set(meetingId, opening);
    return opening;
  }

  /** A meeting that this node owns at that epoch. @throws StaleEpochError */
  owned(meetingId: string, epoch: number): Meeting {
    const meeting = this.#live.get(meetingId);
    if (meeting?.epoch !== epoch) throw new StaleEpochError(meetingId, epoch);
    return meeting;
  }

  /**
   * Lets somebody in or into the queue, or refuses with the fitting code.
   * @throws AppError every code of a refused join
   */
  async join(meeting: Meeting, input: JoinInput): Promise<JoinOutcome> {
    const { passcode, address, ...request } = input;
    if (meeting.record.endedAt !== null) throw new AppError('ENDED');
    const { passcodeHash } = meeting.record;
    const state = await this.#deps.passcodes.check(meeting.record, passcode, {
      userId: request.principal.userId,
      deviceId: request.deviceId,
      address,
    });
    return meeting.join({ ...request, passcode: state, passcodeHash });
  }

  /** A node is gone, and every client connection that it had. */
  nodeLost(instanceId: string): void {
    for (const meeting of this.liveMeetings) {
      meeting.nodeLost(instanceId).catch((error: unknown) => {
        const { logger } = this.#deps;
        if (!meeting.closed)
          logger.error({ err: error }, 'connections of a node were not released');
      });
    }
  }

  /** The stores may have forgotten everything: what is owned here is claimed and kept again. */
  reassert(): void {
    for (const meeting of this.liveMeetings) void this.#reassert(meeting);
  }

  async #reassert(meeting: Meeting): Promise<void> {
    const { leases, logger } = this.#deps;
    const { id } = meeting.record;
    while (!meeting.closed) {
      try {
        if (await leases.reassert(id, meeting.epoch)) meeting.keepAgain();
        else meeting.stepDown();
        return;
      } catch (error) {
        logger.debug({ err: error, meetingId: id }, 'a meeting is claimed again later');
        await sleep(REASSERT_PAUSE_MS);
      }
    }
  }

  /**
   * Gives one meeting to a certain node. Its clients are told when that node has it: before, whichever
   * node looked for the owner first would become it.
   * @param take has the other node open the meeting
   * @returns who owns it then: this node again, where the other one could not
   * @throws AppError what is thrown when nobody can
   */
  async handOverTo(meeting: Meeting, take: () => Promise<Lease>): Promise<Lease> {
    const { id: meetingId } = meeting.record;
    const { promise: taken, resolve, reject } = Promise.withResolvers<Lease>();
    this.#successions.set(meeting, async () => {
      const lease = this.#taken(meeting, take).catch((error: unknown) => {
        this.#deps.logger.warn({ err: error, meetingId }, 'a meeting was not taken over');
        return this.open(meetingId);
      });
      await lease.then(resolve, reject);
    });
    let missed: boolean;
    try {
      await meeting.handOver();
    } finally {
      missed = this.#successions.delete(meeting);
    }
    // It closed for another reason: whoever asks finds what has become of it.
    if (missed) throw new StaleEpochError(meetingId, meeting.epoch);
    return taken;
  }

  /** @throws StaleEpochError when the lease could not be given up, so that nobody has taken the meeting */
  async #taken(meeting: Meeting, take: () => Promise<Lease>): Promise<Lease> {
    const lease = await take();
    if (lease.owner !== this.#self || lease.epoch !== meeting.epoch) return lease;
    throw new StaleEpochError(meeting.record.id, meeting.epoch);
  }

  /** Gives away for good: nobody can enter here any more. Idempotent. */
  async handOver(): Promise<void> {
    this.#closed = true;
    await this.giveAway();
  }

  /** Other nodes go on with the meetings that are live here. */
  async giveAway(): Promise<void> {
    await Promise.allSettled(this.#opening.values());
    // One that closes in the turn before, or was fenced, needs nothing.
    await Promise.allSettled(this.liveMeetings.map((meeting) => meeting.handOver()));
  }

  /** Ends every stay; nobody can enter any more. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#opening.values());
    await Promise.allSettled(this.liveMeetings.map((meeting) => meeting.shutDown()));
  }

  async #load(meetingId: string): Promise<Lease> {
    const { leases, media, meetings, openFanout } = this.#deps;
    const knownEpoch = await meetings.ownerEpoch(meetingId);
    if (knownEpoch === null) {
      throw new AppError('NOT_FOUND', { message: 'There is no such meeting.' });
    }
    const acquired = await leases.acquire(meetingId, knownEpoch);
    if (!acquired.granted) return { owner: acquired.owner, epoch: acquired.epoch };
    const { epoch } = acquired;
    const early: ((meeting: Meeting) => void)[] = [];
    this.#early.set(meetingId, early);
    try {
      const stored = await loadMeeting({ meetingId, epoch }, this.#deps);
      if (stored.revived) this.#takenOver += 1;
      const fanout = openFanout(meetingId, epoch);
      const meeting = new Meeting(stored, epoch, { ...this.#deps, fanout });
      this.#adopt(meeting, fanout);
      for (const tell of early) tell(meeting);
    } catch (error) {
      media.releaseMeeting(meetingId);
      await leases.release(meetingId, epoch).catch(() => undefined);
      throw error;
    } finally {
      this.#early.delete(meetingId);
    }
    return { owner: this.#self, epoch };
  }

  #adopt(meeting: Meeting, fanout: OpenedFanout): void {
    const { leases, logger, media } = this.#deps;
    const { id, code } = meeting.record;
    this.#live.set(id, meeting);
    this.#idByCode.set(code, id);
    meeting.once('closed', (how) => {
      this.#live.delete(id);
      this.#idByCode.delete(code);
      if (how !== 'over') media.releaseMeeting(id);
      if (how === 'lost') {
        this.#lost += 1;
        fanout.moved();
        return;
      }
      const released = leases.release(id, meeting.epoch).catch((error: unknown) => {
        // It runs out by itself.
        logger.warn({ err: error, meetingId: id }, 'a lease was not released');
      });
      if (how === 'handed over') void this.#passOn(meeting, released, fanout);
    });
  }

  async #passOn(meeting: Meeting, released: Promise<void>, fanout: OpenedFanout): Promise<void> {
    const succeed = this.#successions.get(meeting);
    this.#successions.delete(meeting);
    await released;
    await succeed?.();
    fanout.moved();
  }

  #routeMediaEvents(events: MediaEventSource): void {
    const tell = (meetingId: string, what: (meeting: Meeting) => void): void => {
      const meeting = this.#live.get(meetingId);
      if (meeting) what(meeting);
      else this.#early.get(meetingId)?.push(what);
    };
    events.on('meeting-reset', (event) =>
      tell(event.meetingId, ({ media }) => media.handleReset(event)),
    );
    events.on('producer-closed', (event) =>
      tell(event.meetingId, ({ media }) => media.handleProducerClosed(event)),
    );
    events.on('participant-moving', (event) =>
      tell(event.meetingId, ({ media }) => media.reports.handleMoving(event)),
    );
    events.on('consumers-stale', (event) =>
      tell(event.meetingId, ({ media }) => media.reports.handleConsumersStale(event)),
    );
    events.on('consumer-layers', (event) =>
      tell(event.meetingId, ({ media }) => media.reports.handleConsumerLayers(event)),
    );
    events.on('layers-wanted', (event) =>
      tell(event.meetingId, ({ media }) => media.reports.handleLayersWanted(event)),
    );
    events.on('active-speaker', (event) =>
      tell(event.meetingId, ({ media }) => media.reports.handleActiveSpeaker(event)),
    );
    events.on('audio-levels', (event) =>
      tell(event.meetingId, ({ media }) => media.reports.handleAudioLevels(event)),
    );
    events.on('qualities', (event) =>
      tell(event.meetingId, ({ media }) => media.reports.handleQualities(event)),
    );
    events.on('stale', ({ meetingId, epoch }) =>
      tell(meetingId, (meeting) => {
        if (meeting.epoch === epoch) meeting.stepDown();
      }),
    );
  }
}
