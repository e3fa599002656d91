import type { Knex } from 'knex';
import type { WebhookEventType } from '../../protocol/webhooks.ts';
import type { AdmissionRecord, AdmissionStore, Fence } from '../meetings/stores.ts';
import type { EventOutbox, PersonRow } from './EventOutbox.ts';
import { fenced } from './fenced.ts';
import { keepDenials } from './keepDenials.ts';

/** Keeps waiting rooms and admissions in PostgreSQL or PGlite. */
export class AdmissionRepository implements AdmissionStore {
  readonly #db: Knex;
  readonly #outbox: EventOutbox;

  constructor(db: Knex, outbox: EventOutbox) {
    this.#db = db;
    this.#outbox = outbox;
  }

  async list(meetingId: string): Promise<AdmissionRecord[]> {
    const rows = await this.#db<AdmissionRow>('admissions')
      .leftJoin<AdmissionRow>('users', 'users.id', 'admissions.user_id')
      .where({ meeting_id: meetingId })
      .orderBy(['admissions.since', 'admissions.user_id'])
      .select<AdmissionRow[]>('admissions.*', 'users.email');
    return rows.map(mapRow);
  }

  async wait(fence: Fence, admission: AdmissionRecord): Promise<void> {
    const { meetingId, since: at } = admission;
    const row = {
      meeting_id: meetingId,
      user_id: admission.userId,
      state: admission.state,
      participant_id: admission.participantId,
      device_id: admission.deviceId,
      name: admission.name,
      since: new Date(at),
    };
    await fenced(this.#db, fence, async (transaction) => {
      await transaction('admissions').insert(row).onConflict(['meeting_id', 'user_id']).merge();
      const person: PersonRow = row;
      await this.#outbox.append(transaction, meetingId, [
        { type: 'participant.waiting', at, person },
      ]);
    });
    this.#outbox.announce();
  }

  async admit(fence: Fence, userIds: string[], at: number): Promise<void> {
    await this.#endWaiting(fence, { type: 'participant.admitted', at }, (rows) =>
      rows.whereIn('user_id', userIds).where({ state: 'waiting' }).update({ state: 'admitted' }),
    );
  }

  async rename(fence: Fence, userId: string, name: string): Promise<void> {
    const of = { meeting_id: fence.meetingId, user_id: userId };
    await fenced(this.#db, fence, (transaction) =>
      transaction('admissions').where(of).update({ name }),
    );
  }

  async remove(
    fence: Fence,
    userIds: string[],
    { outcome, at }: { outcome: 'denied' | 'left'; at: number },
  ): Promise<void> {
    await this.#endWaiting(fence, { type: ENDED[outcome], at }, (rows) =>
      rows.whereIn('user_id', userIds).delete(),
    );
  }

  async clear(fence: Fence): Promise<void> {
    const { meetingId } = fence;
    await fenced(this.#db, fence, async (transaction) => {
      await transaction('admissions').where({ meeting_id: meetingId }).delete();
      await transaction('denials').where({ meeting_id: meetingId }).delete();
    });
  }

  async denied(meetingId: string, participantIds: readonly string[]): Promise<string[]> {
    return this.#db('denials')
      .where({ meeting_id: meetingId })
      .whereIn('participant_id', [...participantIds])
      .pluck<string[]>('participant_id');
  }

  async meetings(): Promise<string[]> {
    return this.#db('admissions').distinct().pluck<string[]>('meeting_id');
  }

  /** Changes rows of people who wait. */
  async #endWaiting(
    fence: Fence,
    event: { type: WebhookEventType; at: number },
    change: (rows: Knex.QueryBuilder) => Knex.QueryBuilder,
  ): Promise<void> {
    const { meetingId } = fence;
    await fenced(this.#db, fence, async (transaction) => {
      const rows = transaction('admissions').where({ meeting_id: meetingId });
      const people = await change(rows).returning<PersonRow[]>([
        'participant_id',
        'user_id',
        'name',
      ]);
      if (event.type === 'participant.denied') await keepDenials(transaction, meetingId, people);
      const happened = people.map((person) => ({ ...event, person }));
      await this.#outbox.append(transaction, meetingId, happened);
    });
    this.#outbox.announce();
  }
}

const ENDED = {
  denied: 'participant.denied',
  left: 'participant.left_waiting_room',
} as const satisfies Record<string, WebhookEventType>;

interface AdmissionRow {
  meeting_id: string;
  user_id: string;
  state: 'waiting' | 'admitted';
  participant_id: string | null;
  device_id: string | null;
  name: string;
  since: Date;
  email: string | null;
}

function mapRow(row: AdmissionRow): AdmissionRecord {
  return {
    meetingId: row.meeting_id,
    userId: row.user_id,
    state: row.state,
    participantId: row.participant_id,
    deviceId: row.device_id,
    name: row.name,
    since: row.since.getTime(),
    email: row.email,
  };
}
