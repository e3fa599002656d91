import type { Lease, LeaseStore } from '../cluster/LeaseStore.ts';
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

/** The meetings that this node owns: brings them to life when somebody comes, and finds them again. */
export class MeetingManager {
  readonly #deps: MeetingManagerDeps;
  /** A promise from the moment of the decision, so that a meeting never comes to life twice. */
  readonly #opening = new Map<string, Promise<Lease>>();
  readonly #live = new Map<string, Meeting>();
  readonly #idByCode = new Map<string, string>();
  readonly #self: string;
  #closed = false;

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
   * @throws AppError NOT_FOUND, ENDED, NO_CAPACITY, UNAVAILABLE
   */
  open(meetingId: string): Promise<Lease> {
    if (this.#closed) return Promise.reject(new AppError('NO_CAPACITY'));
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

  /** The stores have forgotten everything: what is owned here is claimed and kept again. */
  async reassert(): Promise<void> {
    const { leases, logger } = this.#deps;
    await Promise.all(
      this.liveMeetings.map(async (meeting) => {
        const { id } = meeting.record;
        try {
          if (await leases.reassert(id, meeting.epoch)) meeting.keepAgain();
          else meeting.stepDown();
        } catch (error) {
          logger.warn({ err: error, meetingId: id }, 'a meeting was not claimed again yet');
        }
      }),
    );
  }

  /** Gives every meeting away; nobody can enter here any more. Idempotent. */
  async handOver(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#opening.values());
    await Promise.all(this.liveMeetings.map((meeting) => meeting.handOver()));
  }

  /** Ends every stay; nobody can enter any more. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#opening.values());
    await Promise.all(this.liveMeetings.map((meeting) => meeting.shutDown()));
  }

  async #load(meetingId: string): Promise<Lease> {
    const { admissions, leases, meetings, openFanout } = this.#deps;
    const knownEpoch = await meetings.ownerEpoch(meetingId);
    if (knownEpoch === null) {
      throw new AppError('NOT_FOUND', { message: 'There is no such meeting.' });
    }
    const acquired = await leases.acquire(meetingId, knownEpoch);
    if (!acquired.granted) return { owner: acquired.owner, epoch: acquired.epoch };
    const { epoch } = acquired;
    try {
      const stored = await loadMeeting({ meetingId, epoch }, this.#deps);
      if (stored.record.endedAt !== null) {
        // What could not be stored when it ended.
        if (stored.admissions.length > 0) await admissions.clear({ meetingId, epoch });
        throw new AppError('ENDED');
      }
      const fanout = openFanout(meetingId, epoch);
      this.#adopt(new Meeting(stored, epoch, { ...this.#deps, fanout }), fanout);
    } catch (error) {
      await leases.release(meetingId, epoch).catch(() => undefined);
      throw error;
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
        fanout.moved();
        return;
      }
      void leases
        .release(id, meeting.epoch)
        .catch((error: unknown) => {
          // It runs out by itself.
          logger.warn({ err: error, meetingId: id }, 'a lease was not released');
        })
        .then(() => {
          if (how === 'handed over') fanout.moved();
        });
    });
  }

  #routeMediaEvents(events: MediaEventSource): void {
    const of = (meetingId: string) => this.#live.get(meetingId)?.media;
    events.on('meeting-reset', (event) => of(event.meetingId)?.handleReset(event));
    events.on('producer-closed', (event) => of(event.meetingId)?.handleProducerClosed(event));
    events.on('participant-moving', (event) => of(event.meetingId)?.handleMoving(event));
    events.on('consumers-stale', (event) => of(event.meetingId)?.handleConsumersStale(event));
    events.on('consumer-layers', (event) => of(event.meetingId)?.handleConsumerLayers(event));
    events.on('layers-wanted', (event) => of(event.meetingId)?.handleLayersWanted(event));
    events.on('active-speaker', (event) => of(event.meetingId)?.handleActiveSpeaker(event));
    events.on('audio-levels', (event) => of(event.meetingId)?.handleAudioLevels(event));
    events.on('qualities', (event) => of(event.meetingId)?.handleQualities(event));
    events.on('stale', ({ meetingId, epoch }) => {
      const meeting = this.#live.get(meetingId);
      if (meeting?.epoch === epoch) meeting.stepDown();
    });
  }
}
