import type { Knex } from 'knex';
import type { AdmissionRecord, AdmissionStore, Fence } from '../meetings/stores.ts';
import { fenced } from './fenced.ts';

/** Keeps waiting rooms and admissions in PostgreSQL or PGlite. */
export class AdmissionRepository implements AdmissionStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
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
    await fenced(this.#db, fence, (transaction) =>
      transaction('admissions')
        .insert({
          meeting_id: admission.meetingId,
          user_id: admission.userId,
          state: admission.state,
          participant_id: admission.participantId,
          device_id: admission.deviceId,
          name: admission.name,
          since: new Date(admission.since),
        })
        .onConflict(['meeting_id', 'user_id'])
        .merge(),
    );
  }

  async admit(fence: Fence, userIds: string[]): Promise<void> {
    await this.#change(fence, (rows) =>
      rows.whereIn('user_id', userIds).update({ state: 'admitted' }),
    );
  }

  async rename(fence: Fence, userId: string, name: string): Promise<void> {
    await this.#change(fence, (rows) => rows.where({ user_id: userId }).update({ name }));
  }

  async remove(fence: Fence, userIds: string[]): Promise<void> {
    await this.#change(fence, (rows) => rows.whereIn('user_id', userIds).delete());
  }

  async clear(fence: Fence): Promise<void> {
    await this.#change(fence, (rows) => rows.delete());
  }

  async meetings(): Promise<string[]> {
    return this.#db('admissions').distinct().pluck<string[]>('meeting_id');
  }

  /** Changes rows of the fence's meeting. */
  async #change(
    fence: Fence,
    change: (rows: Knex.QueryBuilder) => PromiseLike<unknown>,
  ): Promise<void> {
    await fenced(this.#db, fence, async (transaction) => {
      await change(transaction('admissions').where({ meeting_id: fence.meetingId }));
    });
  }
}

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
