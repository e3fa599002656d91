import type { Knex } from 'knex';
import {
  EVERYTHING_ALLOWED,
  type Access,
  type AutoAdmit,
  type MeetingSettings,
} from '../../protocol/meetings.ts';
import { AppError } from '../core/AppError.ts';
import { StaleEpochError } from '../core/StaleEpochError.ts';
import type {
  Fence,
  MeetingPage,
  MeetingPatch,
  MeetingRecord,
  MeetingStore,
} from '../meetings/stores.ts';
import { decodeCursor, encodeCursor } from '../core/cursor.ts';
import { isUniqueViolation } from './errors.ts';
import type { EventOutbox } from './EventOutbox.ts';
import { fenced } from './fenced.ts';

/** Keeps meetings in PostgreSQL or PGlite. */
export class MeetingRepository implements MeetingStore {
  readonly #db: Knex;
  readonly #outbox: EventOutbox;

  constructor(db: Knex, outbox: EventOutbox) {
    this.#db = db;
    this.#outbox = outbox;
  }

  async insert(meeting: Omit<MeetingRecord, 'hostName'>): Promise<void> {
    const { id, createdAt: at } = meeting;
    try {
      await this.#db.transaction(async (transaction) => {
        await transaction('meetings').insert({
          id,
          code: meeting.code,
          host_id: meeting.hostId,
          created_at: new Date(at),
          ...patchRow(meeting),
        });
        await this.#outbox.append(transaction, id, [{ type: 'meeting.created', at }]);
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new AppError('CONFLICT', { message: 'This join code is taken.', cause: error });
    }
    this.#outbox.announce();
  }

  async findById(id: string): Promise<MeetingRecord | null> {
    const row = await this.#select().where('meetings.id', id).first();
    return row ? mapRow(row) : null;
  }

  async findByCode(code: string): Promise<MeetingRecord | null> {
    const row = await this.#select().where('meetings.code', code).first();
    return row ? mapRow(row) : null;
  }

  async listForUser(
    userId: string,
    { before, limit }: { before?: string; limit: number },
  ): Promise<MeetingPage> {
    const query = this.#select()
      // A union lets each half use its index; OR would read every meeting.
      .whereRaw(
        `meetings.id IN (SELECT id FROM meetings WHERE host_id = ?
           UNION SELECT meeting_id FROM participants WHERE user_id = ?)`,
        [userId, userId],
      )
      .orderBy([
        { column: 'meetings.created_at', order: 'desc' },
        { column: 'meetings.id', order: 'desc' },
      ])
      .limit(limit + 1);
    if (before !== undefined) {
      const cursor = decodeCursor(before);
      query.whereRaw('(meetings.created_at, meetings.id) < (?, ?)', [
        new Date(cursor.createdAt),
        cursor.id,
      ]);
    }
    const rows = await query;
    const meetings = rows.slice(0, limit).map(mapRow);
    const last = meetings.at(-1);
    return { meetings, next: rows.length > limit && last ? encodeCursor(last) : null };
  }

  async ownerEpoch(id: string): Promise<number | null> {
    const row = await this.#db('meetings').where({ id }).first<OwnedRow | undefined>('owner_epoch');
    return row ? Number(row.owner_epoch) : null;
  }

  async claim(fence: Fence): Promise<void> {
    await updateOwned(this.#db, fence, {});
  }

  async update(fence: Fence, patch: MeetingPatch): Promise<void> {
    const { endedAt: at } = patch;
    if (at === undefined || at === null) {
      await updateOwned(this.#db, fence, patchRow(patch));
      return;
    }
    await this.#db.transaction(async (transaction) => {
      await updateOwned(transaction, fence, patchRow(patch));
      await this.#outbox.append(transaction, fence.meetingId, [{ type: 'meeting.ended', at }]);
    });
    this.#outbox.announce();
  }

  async listInvited(id: string): Promise<string[]> {
    return this.#db('meeting_invited')
      .where({ meeting_id: id })
      .orderBy('email')
      .pluck<string[]>('email');
  }

  async setInvited(fence: Fence, emails: string[]): Promise<void> {
    const { meetingId: id } = fence;
    const replace = async (transaction: Knex.Transaction): Promise<void> => {
      await transaction('meeting_invited').where({ meeting_id: id }).delete();
      const rows = [...new Set(emails)].map((email) => ({ meeting_id: id, email }));
      if (rows.length > 0) await transaction('meeting_invited').insert(rows);
    };
    // Two who replace the list at once would otherwise leave a mixture of both.
    await fenced(this.#db, fence, replace, 'alone');
  }

  #select() {
    return this.#db<MeetingRow>('meetings')
      .join<MeetingRow>('users', 'users.id', 'meetings.host_id')
      .select<MeetingRow[]>('meetings.*', 'users.name as host_name');
  }
}

/** @throws StaleEpochError; a meeting that does not exist is nobody's */
async function updateOwned(
  db: Knex,
  { meetingId, epoch }: Fence,
  columns: Record<string, unknown>,
): Promise<void> {
  const updated = await db('meetings')
    .where({ id: meetingId })
    .where('owner_epoch', '<=', epoch)
    .update({ ...columns, owner_epoch: epoch });
  if (updated === 0) throw new StaleEpochError(meetingId, epoch);
}

/** A bigint: text from PostgreSQL. */
interface OwnedRow {
  owner_epoch: string | number;
}

interface MeetingRow {
  id: string;
  code: string;
  title: string;
  host_id: string;
  host_name: string;
  passcode_hash: string | null;
  capacity: number;
  waiting_room: boolean;
  auto_admit: AutoAdmit;
  waiting_message: string | null;
  allow_guests: boolean;
  access: Access;
  locked: boolean;
  settings: MeetingSettings;
  starts_at: Date | null;
  ends_at: Date | null;
  ended_at: Date | null;
  created_at: Date;
}

function mapRow(row: MeetingRow): MeetingRecord {
  return {
    id: row.id,
    code: row.code,
    title: row.title,
    hostId: row.host_id,
    hostName: row.host_name,
    passcodeHash: row.passcode_hash,
    capacity: row.capacity,
    waitingRoom: row.waiting_room,
    autoAdmit: row.auto_admit,
    waitingMessage: row.waiting_message,
    allowGuests: row.allow_guests,
    access: row.access,
    locked: row.locked,
    settings: { ...EVERYTHING_ALLOWED, ...row.settings },
    startsAt: row.starts_at?.getTime() ?? null,
    endsAt: row.ends_at?.getTime() ?? null,
    endedAt: row.ended_at?.getTime() ?? null,
    createdAt: row.created_at.getTime(),
  };
}

const PATCH_COLUMNS = {
  title: 'title',
  passcodeHash: 'passcode_hash',
  capacity: 'capacity',
  waitingRoom: 'waiting_room',
  autoAdmit: 'auto_admit',
  waitingMessage: 'waiting_message',
  allowGuests: 'allow_guests',
  access: 'access',
  locked: 'locked',
  settings: 'settings',
  startsAt: 'starts_at',
  endsAt: 'ends_at',
  endedAt: 'ended_at',
} as const satisfies Record<keyof MeetingPatch, string>;

/** The columns that a patch sets. */
function patchRow(patch: MeetingPatch): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const [key, column] of Object.entries(PATCH_COLUMNS)) {
    const value = patch[key as keyof MeetingPatch];
    if (value !== undefined) row[column] = columnValue(column, value);
  }
  return row;
}

function columnValue(column: string, value: unknown): unknown {
  if (typeof value === 'number' && column.endsWith('_at')) return new Date(value);
  return column === 'settings' ? JSON.stringify(value) : value;
}
