import type { Knex } from 'knex';
import type { Departure, Fence, ParticipantRecord, ParticipantStore } from '../meetings/stores.ts';
import { assertOwned, OWNED, ownedValues } from './fenced.ts';

/** Keeps the record of who was in which meeting in PostgreSQL or PGlite. */
export class ParticipantRepository implements ParticipantStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async enter(fence: Fence, participants: ParticipantRecord[]): Promise<void> {
    if (participants.length === 0) return;
    // One statement, so that a stay and the right to come back are stored together.
    const { rows } = await this.#db.raw<{ rows: unknown[] }>(
      `WITH ${OWNED}, entering AS (
         SELECT entering.* FROM owned, jsonb_to_recordset(?::jsonb) AS entering (
           "id" text, "meetingId" text, "userId" text, "deviceId" text, "name" text,
           "role" text, "joinedAt" bigint, "companion" boolean)
       ), stays AS (
         INSERT INTO participants (id, meeting_id, user_id, device_id, name, role, joined_at)
           SELECT "id", "meetingId", "userId", "deviceId", "name", "role",
               to_timestamp("joinedAt" / 1000.0)
             FROM entering
       ), rights AS (
         INSERT INTO admissions (meeting_id, user_id, state, participant_id, device_id, name, since)
           SELECT "meetingId", "userId", 'admitted', NULL, "deviceId", "name",
               to_timestamp("joinedAt" / 1000.0)
             FROM entering WHERE NOT "companion"
           ON CONFLICT (meeting_id, user_id) DO UPDATE
             SET state = 'admitted', participant_id = NULL,
               device_id = excluded.device_id, name = excluded.name
       )
       SELECT id FROM owned`,
      [...ownedValues(fence), JSON.stringify(participants)],
    );
    assertOwned(rows[0], fence);
  }

  async leave(fence: Fence, departures: Departure[]): Promise<void> {
    if (departures.length === 0) return;
    const { rows } = await this.#db.raw<{ rows: unknown[] }>(
      `WITH ${OWNED}, departures AS (
         SELECT departures.* FROM owned, jsonb_to_recordset(?::jsonb) AS departures (
           "participantId" text, "leftAt" bigint, "reason" text, "forgetAdmission" boolean)
       ), stays AS (
         UPDATE participants
           SET left_at = to_timestamp(departures."leftAt" / 1000.0),
             leave_reason = departures.reason
           FROM departures
           WHERE participants.id = departures."participantId" AND participants.left_at IS NULL
           RETURNING participants.meeting_id, participants.user_id, departures."forgetAdmission"
       ), forgotten AS (
         DELETE FROM admissions USING stays
           WHERE stays."forgetAdmission"
             AND admissions.meeting_id = stays.meeting_id AND admissions.user_id = stays.user_id
       )
       SELECT id FROM owned`,
      [...ownedValues(fence), JSON.stringify(departures)],
    );
    assertOwned(rows[0], fence);
  }

  async listOpen(meetingId: string): Promise<string[]> {
    return this.#db('participants')
      .where({ meeting_id: meetingId })
      .whereNull('left_at')
      .pluck<string[]>('id');
  }

  async meetingsWithOpen(): Promise<string[]> {
    return this.#db('participants').whereNull('left_at').distinct().pluck<string[]>('meeting_id');
  }
}
