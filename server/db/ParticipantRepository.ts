import type { Knex } from 'knex';
import type { LeaveReason } from '../../protocol/meetings.ts';
import type { Departure, ParticipantRecord, ParticipantStore } from '../meetings/stores.ts';

/** Keeps the record of who was in which meeting in PostgreSQL or PGlite. */
export class ParticipantRepository implements ParticipantStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async enter(participants: ParticipantRecord[]): Promise<void> {
    if (participants.length === 0) return;
    // One statement, so that a stay and the right to come back are stored together.
    await this.#db.raw(
      `WITH entering AS (
         SELECT * FROM jsonb_to_recordset(?::jsonb) AS entering (
           "id" text, "meetingId" text, "userId" text, "deviceId" text, "name" text,
           "role" text, "joinedAt" bigint, "companion" boolean)
       ), stays AS (
         INSERT INTO participants (id, meeting_id, user_id, device_id, name, role, joined_at)
           SELECT "id", "meetingId", "userId", "deviceId", "name", "role",
               to_timestamp("joinedAt" / 1000.0)
             FROM entering
       )
       INSERT INTO admissions (meeting_id, user_id, state, participant_id, device_id, name, since)
         SELECT "meetingId", "userId", 'admitted', NULL, "deviceId", "name",
             to_timestamp("joinedAt" / 1000.0)
           FROM entering WHERE NOT "companion"
         ON CONFLICT (meeting_id, user_id) DO UPDATE
           SET state = 'admitted', participant_id = NULL,
             device_id = excluded.device_id, name = excluded.name`,
      [JSON.stringify(participants)],
    );
  }

  async leave(departures: Departure[]): Promise<void> {
    if (departures.length === 0) return;
    await this.#db.raw(
      `WITH departures AS (
         SELECT * FROM jsonb_to_recordset(?::jsonb) AS departures (
           "participantId" text, "leftAt" bigint, "reason" text, "forgetAdmission" boolean)
       ), stays AS (
         UPDATE participants
           SET left_at = to_timestamp(departures."leftAt" / 1000.0),
             leave_reason = departures.reason
           FROM departures
           WHERE participants.id = departures."participantId" AND participants.left_at IS NULL
           RETURNING participants.meeting_id, participants.user_id, departures."forgetAdmission"
       )
       DELETE FROM admissions USING stays
         WHERE stays."forgetAdmission"
           AND admissions.meeting_id = stays.meeting_id AND admissions.user_id = stays.user_id`,
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
