import type { Knex } from 'knex';
import type { AdmissionRecord, AdmissionStore } from '../meetings/stores.ts';

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

  async wait(admission: AdmissionRecord): Promise<void> {
    await this.#db('admissions')
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
      .merge();
  }

  async admit(meetingId: string, userIds: string[]): Promise<void> {
    await this.#db('admissions')
      .where({ meeting_id: meetingId })
      .whereIn('user_id', userIds)
      .update({ state: 'admitted' });
  }

  async rename(meetingId: string, userId: string, name: string): Promise<void> {
    await this.#db('admissions').where({ meeting_id: meetingId, user_id: userId }).update({ name });
  }

  async remove(meetingId: string, userIds: string[]): Promise<void> {
    await this.#db('admissions')
      .where({ meeting_id: meetingId })
      .whereIn('user_id', userIds)
      .delete();
  }

  async clear(meetingId: string): Promise<void> {
    await this.#db('admissions').where({ meeting_id: meetingId }).delete();
  }

  async clearAllBut(meetingIds: readonly string[]): Promise<number> {
    return this.#db('admissions')
      .whereNotIn('meeting_id', [...meetingIds])
      .delete();
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
