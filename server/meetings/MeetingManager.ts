import type { z } from 'zod';
import { EVERYTHING_ALLOWED } from '../../protocol/meetings.ts';
import type { RequestOutput } from '../../protocol/requests.ts';
import type { routes } from '../../protocol/rest.ts';
import { hashPasscode } from '../auth/passwords.ts';
import type { Principal } from '../auth/Principal.ts';
import type { LeaseStore } from '../cluster/LeaseStore.ts';
import { AppError } from '../core/AppError.ts';
import { createId, createJoinCode, normalizeJoinCode } from '../core/ids.ts';
import type { MediaEventSource } from '../media/MediaCommands.ts';
import { isOver } from './joinPolicy.ts';
import type { JoinOutcome, JoinRequest } from './admission.ts';
import { Meeting, type MeetingDeps, type Resumption } from './Meeting.ts';
import type { PasscodeGate } from './PasscodeGate.ts';
import { giveBack } from './roles.ts';
import type { MeetingPage, MeetingPatch, MeetingRecord } from './stores.ts';

type AccountPrincipal = Extract<Principal, { kind: 'account' }>;
export type CreateMeetingInput = z.output<(typeof routes)['createMeeting']['body']>;
export type UpdateMeetingInput = z.output<(typeof routes)['updateMeeting']['body']>;

export interface MeetingManagerDeps extends MeetingDeps {
  mediaEvents: MediaEventSource;
  leases: LeaseStore;
  passcodes: PasscodeGate;
  defaultCapacity: number;
  maxCapacity: number;
}

export interface JoinInput extends Omit<JoinRequest, 'passcode' | 'passcodeHash'> {
  /** The meeting's id or join code. */
  ref: string;
  passcode: string | undefined;
  /** Where the request comes from, for the limits on guesses. */
  address: string;
}

const CODE_ATTEMPTS = 5;

/** Finds meetings, brings them to life when somebody comes, and answers for them while nobody is in. */
export class MeetingManager {
  readonly #deps: MeetingManagerDeps;
  /** A promise from the moment of the decision, so that a meeting never comes to life twice. */
  readonly #live = new Map<string, Promise<Meeting>>();
  readonly #liveById = new Map<string, Meeting>();
  readonly #idByCode = new Map<string, string>();
  #closed = false;
  #returnTimer: NodeJS.Timeout | undefined;

  constructor(deps: MeetingManagerDeps) {
    this.#deps = deps;
    this.#routeMediaEvents(deps.mediaEvents);
  }

  /** Meetings in memory. */
  get liveMeetings(): readonly Meeting[] {
    return [...this.#liveById.values()];
  }

  /** @throws AppError INVALID_PAYLOAD */
  async create(host: AccountPrincipal, input: CreateMeetingInput): Promise<MeetingRecord> {
    const { passcode, invited = [], settings, startsAt, endsAt, ...rest } = input;
    const times = { startsAt: toTime(startsAt) ?? null, endsAt: toTime(endsAt) ?? null };
    assertSchedule(times);
    const record = {
      capacity: Math.min(this.#deps.defaultCapacity, this.#deps.maxCapacity),
      allowGuests: true,
      access: 'link' as const,
      waitingRoom: false,
      autoAdmit: 'nobody' as const,
      ...rest,
      ...times,
      id: createId(),
      code: createJoinCode(),
      hostId: host.userId,
      passcodeHash: passcode === undefined ? null : await hashPasscode(passcode),
      waitingMessage: null,
      locked: false,
      settings: { ...EVERYTHING_ALLOWED, ...settings },
      endedAt: null,
      createdAt: this.#deps.now(),
    };
    this.#assertCapacity(record.capacity);
    const code = await this.#insertWithFreeCode(record);
    if (invited.length > 0) await this.#deps.meetings.setInvited(record.id, invited);
    this.#deps.logger.info({ meetingId: record.id, userId: host.userId }, 'meeting created');
    return { ...record, code, hostName: host.name };
  }

  /** Meetings that the person hosts or has been in, newest first. */
  list(userId: string, page: { before?: string; limit: number }): Promise<MeetingPage> {
    return this.#deps.meetings.listForUser(userId, page);
  }

  /**
   * @param ref id or join code
   * @throws AppError NOT_FOUND
   */
  async read(ref: string): Promise<MeetingRecord> {
    const code = normalizeJoinCode(ref);
    const live = this.#liveById.get((code && this.#idByCode.get(code)) ?? ref);
    if (live) return live.record;
    const { meetings } = this.#deps;
    const found = (code && (await meetings.findByCode(code))) ?? (await meetings.findById(ref));
    if (!found) throw new AppError('NOT_FOUND', { message: 'There is no such meeting.' });
    return found;
  }

  /** Emails that may enter a meeting with access for invited people. */
  invitedOf(meetingId: string): Promise<string[]> {
    return this.#deps.meetings.listInvited(meetingId);
  }

  /** @throws AppError NOT_FOUND, FORBIDDEN, ENDED, INVALID_PAYLOAD */
  async update(
    principal: AccountPrincipal,
    ref: string,
    input: UpdateMeetingInput,
  ): Promise<MeetingRecord> {
    const record = await this.#readOwn(principal, ref);
    const { passcode, invited, settings, startsAt, endsAt, ...rest } = input;
    if (rest.capacity !== undefined) this.#assertCapacity(rest.capacity);
    const patch: MeetingPatch = {
      ...rest,
      ...(startsAt !== undefined && { startsAt: toTime(startsAt) ?? null }),
      ...(endsAt !== undefined && { endsAt: toTime(endsAt) ?? null }),
      ...(passcode !== undefined && {
        passcodeHash: passcode === null ? null : await hashPasscode(passcode),
      }),
    };
    return this.#withMeeting(record.id, (meeting) => {
      // Against what holds when its turn comes, not when it was asked.
      return meeting.update(
        (current) => {
          assertSchedule({ ...current, ...patch });
          return { ...patch, ...(settings && { settings: { ...current.settings, ...settings } }) };
        },
        invited ? { invited } : {},
      );
    });
  }

  /**
   * Ends the meeting for everyone; ending it again answers the same.
   * @throws AppError NOT_FOUND, FORBIDDEN
   */
  async end(principal: AccountPrincipal, ref: string): Promise<MeetingRecord> {
    const record = await this.#readOwn(principal, ref);
    if (record.endedAt !== null) return record;
    return this.#withMeeting(record.id, (meeting) => meeting.end());
  }

  /**
   * Whether a guest may ask for a token; who may enter is decided at the door.
   * @throws AppError NOT_FOUND, ENDED, GUESTS_NOT_ALLOWED
   */
  async assertGuestMayAsk(ref: string): Promise<MeetingRecord> {
    const record = await this.read(ref);
    const occupied = this.#liveById.get(record.id)?.participants.length ?? 0;
    if (isOver(record, occupied, this.#deps.now())) throw new AppError('ENDED');
    if (!record.allowGuests || record.access !== 'link') throw new AppError('GUESTS_NOT_ALLOWED');
    return record;
  }

  /**
   * Lets somebody in or into the queue, or refuses with the fitting code.
   * @throws AppError every code of a refused join
   */
  async join(input: JoinInput): Promise<JoinOutcome & { meetingId: string }> {
    const { ref, passcode, address, ...request } = input;
    const { id, endedAt } = await this.read(ref);
    if (endedAt !== null) throw new AppError('ENDED');
    return this.#withMeeting(id, async (meeting) => {
      const { passcodeHash } = meeting.record;
      const state = await this.#deps.passcodes.check(meeting.record, passcode, {
        userId: request.principal.userId,
        deviceId: request.deviceId,
        address,
      });
      const outcome = await meeting.join({ ...request, passcode: state, passcodeHash });
      return { ...outcome, meetingId: id };
    });
  }

  /** @throws AppError INVALID_STATE when the place was given up meanwhile: join again. */
  async resume(
    principal: Principal,
    connectionId: string,
    of: Resumption & { meetingId: string },
  ): Promise<RequestOutput<'resume-meeting'>> {
    const meeting = this.#liveById.get(of.meetingId);
    if (!meeting) {
      throw new AppError('INVALID_STATE', { message: 'You are no longer in this meeting.' });
    }
    return meeting.resume(principal, connectionId, of);
  }

  /** A meeting in memory. */
  find(meetingId: string): Meeting | undefined {
    return this.#liveById.get(meetingId);
  }

  /** A meeting in memory. @throws AppError INVALID_STATE when it is not: nobody is in it. */
  live(meetingId: string): Meeting {
    const meeting = this.#liveById.get(meetingId);
    if (!meeting) {
      throw new AppError('INVALID_STATE', { message: 'You are not in this meeting.' });
    }
    return meeting;
  }

  /**
   * The server has started: people of an earlier process have as long as those of an empty meeting, or
   * of its queue, to come back. Where nobody did, everybody has to ask again.
   */
  awaitReturns(): void {
    const { admissions, emptyTtlMs, waitingGraceMs, logger } = this.#deps;
    this.#returnTimer = setTimeout(
      () => {
        admissions.clearAllBut([...this.#live.keys()]).catch((error: unknown) => {
          logger.error({ err: error }, 'admissions of an earlier process were not cleared');
        });
      },
      Math.max(emptyTtlMs, waitingGraceMs),
    );
  }

  /** Ends every stay; nobody can enter any more. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#returnTimer);
    await Promise.all([...this.#liveById.values()].map((meeting) => meeting.shutDown()));
  }

  async #readOwn(principal: AccountPrincipal, ref: string): Promise<MeetingRecord> {
    const record = await this.read(ref);
    if (record.hostId !== principal.userId) {
      throw new AppError('FORBIDDEN', { message: 'Only its host can change a meeting.' });
    }
    return record;
  }

  async #insertWithFreeCode(record: Parameters<MeetingDeps['meetings']['insert']>[0]) {
    for (let attempt = 1; ; attempt++) {
      const code = attempt === 1 ? record.code : createJoinCode();
      try {
        await this.#deps.meetings.insert({ ...record, code });
        return code;
      } catch (error) {
        const taken = error instanceof AppError && error.code === 'CONFLICT';
        if (!taken || attempt === CODE_ATTEMPTS) throw error;
      }
    }
  }

  #assertCapacity(capacity: number): void {
    const { maxCapacity } = this.#deps;
    if (capacity <= maxCapacity) return;
    throw new AppError('INVALID_PAYLOAD', {
      message: `This server takes at most ${maxCapacity} people in a meeting.`,
      details: { issues: [{ path: 'capacity', message: `at most ${maxCapacity}` }] },
    });
  }

  /** Runs `act` on the live meeting, on the next one where it closed before its turn came. */
  async #withMeeting<T>(meetingId: string, act: (meeting: Meeting) => Promise<T>): Promise<T> {
    for (;;) {
      const meeting = await this.#open(meetingId);
      try {
        return await act(meeting);
      } catch (error) {
        const missed =
          meeting.closed && error instanceof AppError && error.code === 'INVALID_STATE';
        if (!missed || this.#closed) throw error;
      }
    }
  }

  #open(meetingId: string): Promise<Meeting> {
    if (this.#closed) return Promise.reject(new AppError('NO_CAPACITY'));
    const known = this.#live.get(meetingId);
    if (known) return known;
    const opening = this.#load(meetingId);
    this.#live.set(meetingId, opening);
    opening.catch(() => this.#live.delete(meetingId));
    return opening;
  }

  async #load(meetingId: string): Promise<Meeting> {
    const { meetings, leases, admissions, decisions, roles } = this.#deps;
    const { epoch } = await leases.acquire(meetingId, 0);
    // Read after the lease: whoever had it before writes no more.
    const [record, ...known] = await Promise.all([
      meetings.findById(meetingId),
      meetings.listInvited(meetingId),
      admissions.list(meetingId),
      decisions.list(meetingId),
      roles.list(meetingId),
    ]);
    if (!record) throw new AppError('NOT_FOUND', { message: 'There is no such meeting.' });
    const [invited, admitted, decided, given] = known;
    // Nobody was in or is expected: as after it was empty, it is its creator's again.
    const left = giveBack(new Map(given.map((one) => [one.userId, one])), record.hostId);
    const assigned = admitted.length === 0 ? [...left.values()] : given;
    const stored = { record, invited, admissions: admitted, decisions: decided, roles: assigned };
    const meeting = new Meeting(stored, epoch, this.#deps);
    this.#liveById.set(meetingId, meeting);
    this.#idByCode.set(record.code, meetingId);
    meeting.once('closed', () => {
      this.#live.delete(meetingId);
      this.#liveById.delete(meetingId);
      this.#idByCode.delete(record.code);
      void leases.release(meetingId, epoch);
    });
    return meeting;
  }

  #routeMediaEvents(events: MediaEventSource): void {
    const of = (meetingId: string) => this.#liveById.get(meetingId)?.media;
    events.on('meeting-reset', (event) => of(event.meetingId)?.handleReset(event));
    events.on('producer-closed', (event) => of(event.meetingId)?.handleProducerClosed(event));
    events.on('consumers-stale', (event) => of(event.meetingId)?.handleConsumersStale(event));
    events.on('consumer-layers', (event) => of(event.meetingId)?.handleConsumerLayers(event));
    events.on('layers-wanted', (event) => of(event.meetingId)?.handleLayersWanted(event));
    const { fanout } = this.#deps;
    events.on('active-speaker', (event) =>
      fanout.toMeeting(event.meetingId, 'active-speaker', event),
    );
    events.on('audio-levels', (event) =>
      fanout.toMeetingVolatile(event.meetingId, 'audio-levels', event),
    );
    events.on('qualities', (event) =>
      fanout.toMeeting(event.meetingId, 'connection-quality-updated', event),
    );
  }
}

function toTime(instant: string | null | undefined): number | null | undefined {
  return instant === null || instant === undefined ? instant : Date.parse(instant);
}

function assertSchedule({ startsAt, endsAt }: Pick<MeetingRecord, 'startsAt' | 'endsAt'>): void {
  if (startsAt === null || endsAt === null || startsAt < endsAt) return;
  throw new AppError('INVALID_PAYLOAD', {
    message: 'A meeting ends after it starts.',
    details: { issues: [{ path: 'endsAt', message: 'after startsAt' }] },
  });
}
