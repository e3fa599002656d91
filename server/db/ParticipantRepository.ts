import type { Knex } from 'knex';
import type { LeaveReason } from '../../protocol/meetings.ts';
import type { ParticipantRecord, ParticipantStore } from '../meetings/stores.ts';

/** Keeps the record of who was in which meeting in PostgreSQL or PGlite. */
export class ParticipantRepository implements ParticipantStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async insertMany(participants: ParticipantRecord[]): Promise<void> {
    if (participants.length === 0) return;
    await this.#db('participants').insert(
      participants.map((participant) => ({
        id: participant.id,
        meeting_id: participant.meetingId,
        user_id: participant.userId,
        device_id: participant.deviceId,
        name: participant.name,
        role: participant.role,
        joined_at: new Date(participant.joinedAt),
      })),
    );
  }

  async markLeft(departures: { id: string; leftAt: number; reason: LeaveReason }[]): Promise<void> {
    if (departures.length === 0) return;
    await this.#db.raw(
      `UPDATE participants
         SET left_at = to_timestamp(departure."leftAt" / 1000.0), leave_reason = departure.reason
         FROM jsonb_to_recordset(?::jsonb)
           AS departure (id text, "leftAt" bigint, reason text)
         WHERE participants.id = departure.id AND participants.left_at IS NULL`,
      [JSON.stringify(departures)],
    );
  }

  async closeAllOpen(leftAt: number): Promise<number> {
    const reason: LeaveReason = 'connection-lost';
    return this.#db('participants')
      .whereNull('left_at')
      .update({ left_at: new Date(leftAt), leave_reason: reason });
  }
}
