import type { z } from 'zod';
import { EVERYTHING_ALLOWED } from '../../protocol/meetings.ts';
import type { routes } from '../../protocol/rest.ts';
import { hashPasscode } from '../auth/passwords.ts';
import type { Principal } from '../auth/Principal.ts';
import { AppError } from '../core/AppError.ts';
import { createId, createJoinCode, normalizeJoinCode } from '../core/ids.ts';
import type { Logger } from '../core/logger.ts';
import type { Person } from './AuditTrail.ts';
import { isOver } from './joinPolicy.ts';
import type { MeetingManager } from './MeetingManager.ts';
import type { Owners } from './Owners.ts';
import { assertSchedule } from './settings.ts';
import type { MeetingPage, MeetingRecord, MeetingStore } from './stores.ts';

type AccountPrincipal = Extract<Principal, { kind: 'account' }>;
export type CreateMeetingInput = z.output<(typeof routes)['createMeeting']['body']>;
export type UpdateMeetingInput = z.output<(typeof routes)['updateMeeting']['body']>;

export interface MeetingServiceDeps {
  meetings: MeetingStore;
  /** Those that this node owns are read from memory. */
  owned: Pick<MeetingManager, 'find'>;
  owners: Owners;
  logger: Logger;
  now: () => number;
  defaultCapacity: number;
  maxCapacity: number;
}

const CODE_ATTEMPTS = 5;

/** Meetings as everybody may ask for them on any node; what is live is asked of its owner. */
export class MeetingService {
  readonly #deps: MeetingServiceDeps;

  constructor(deps: MeetingServiceDeps) {
    this.#deps = deps;
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
    if (invited.length > 0) {
      await this.#deps.meetings.setInvited({ meetingId: record.id, epoch: 0 }, invited);
    }
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
    const live = this.#deps.owned.find(code ?? ref);
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
    principal: Pick<AccountPrincipal, 'userId'>,
    ref: string,
    input: UpdateMeetingInput,
  ): Promise<MeetingRecord> {
    const record = await this.#readOwn(principal, ref);
    const { passcode, invited, settings, startsAt, endsAt, ...rest } = input;
    if (rest.capacity !== undefined) this.#assertCapacity(rest.capacity);
    const patch = {
      ...rest,
      ...(startsAt !== undefined && { startsAt: toTime(startsAt) ?? null }),
      ...(endsAt !== undefined && { endsAt: toTime(endsAt) ?? null }),
      ...(passcode !== undefined && {
        passcodeHash: passcode === null ? null : await hashPasscode(passcode),
      }),
    };
    const updated = await this.#deps.owners.ask(
      record.id,
      'update',
      { patch, ...(settings && { settings }), ...(invited && { invited }) },
      { create: true, repeatable: true },
    );
    return updated ?? record;
  }

  /**
   * Ends the meeting for everyone; ending it again answers the same.
   * @throws AppError NOT_FOUND, FORBIDDEN
   */
  async end(principal: AccountPrincipal, ref: string): Promise<MeetingRecord> {
    return this.#end(await this.#readOwn(principal, ref), null);
  }

  /** The same, by somebody who may end any meeting. @throws AppError NOT_FOUND */
  async endAny(by: Person, ref: string): Promise<MeetingRecord> {
    return this.#end(await this.read(ref), { by });
  }

  /**
   * Whether a guest may ask for a token; who may enter is decided at the door.
   * @throws AppError NOT_FOUND, ENDED, GUESTS_NOT_ALLOWED
   */
  async assertGuestMayAsk(ref: string): Promise<MeetingRecord> {
    const record = await this.read(ref);
    if (isOver(record, 0, this.#deps.now())) {
      const occupied = await this.#occupancyOf(record);
      if (isOver(record, occupied, this.#deps.now())) throw new AppError('ENDED');
    }
    if (!record.allowGuests || record.access !== 'link') throw new AppError('GUESTS_NOT_ALLOWED');
    return record;
  }

  async #end(record: MeetingRecord, args: { by: Person } | null): Promise<MeetingRecord> {
    if (record.endedAt !== null) return record;
    try {
      const how = { create: true, repeatable: true };
      return (await this.#deps.owners.ask(record.id, 'end', args, how)) ?? record;
    } catch (error) {
      if (error instanceof AppError && error.code === 'ENDED') return this.read(record.id);
      throw error;
    }
  }

  async #occupancyOf({ id, endedAt }: MeetingRecord): Promise<number> {
    if (endedAt !== null) return 0;
    const how = { create: false, repeatable: true };
    return (await this.#deps.owners.ask(id, 'occupancy', null, how)) ?? 0;
  }

  async #readOwn(principal: Pick<AccountPrincipal, 'userId'>, ref: string): Promise<MeetingRecord> {
    const record = await this.read(ref);
    if (record.hostId !== principal.userId) {
      throw new AppError('FORBIDDEN', { message: 'Only its host can change a meeting.' });
    }
    return record;
  }

  async #insertWithFreeCode(record: Parameters<MeetingStore['insert']>[0]) {
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
}

function toTime(instant: string | null | undefined): number | null | undefined {
  return instant === null || instant === undefined ? instant : Date.parse(instant);
}
