import type { Knex } from 'knex';
import type { LeaveReason, Role } from '../../protocol/meetings.ts';
import type { Departure, Fence, ParticipantRecord, ParticipantStore } from '../meetings/stores.ts';
import type { EventOutbox } from './EventOutbox.ts';
import { assertOwned, OWNED, ownedValues } from './fenced.ts';

interface ParticipantRow {
  id: string;
  meeting_id: string;
  user_id: string;
  device_id: string | null;
  name: string;
  role: Role;
  joined_at: Date;
  companion: boolean;
}

/** Keeps the record of who was in which meeting in PostgreSQL or PGlite. */
export class ParticipantRepository implements ParticipantStore {
  readonly #db: Knex;
  readonly #outbox: EventOutbox;

  constructor(db: Knex, outbox: EventOutbox) {
    this.#db = db;
    this.#outbox = outbox;
  }

  async enter(fence: Fence, participants: ParticipantRecord[], starts = false): Promise<void> {
    if (participants.length === 0) return;
    const events = this.#outbox.further(ENTERED.types, ENTERED.facts, [starts]);
    // One statement, so that a stay and the right to come back are stored together.
    const { rows } = await this.#db.raw<{ rows: unknown[] }>(
      `WITH ${OWNED}, entering AS (
         SELECT entering.* FROM owned, jsonb_to_recordset(?::jsonb) AS entering (
           "id" text, "meetingId" text, "userId" text, "deviceId" text, "name" text,
           "role" text, "joinedAt" bigint, "companion" boolean)
       ), stays AS (
         INSERT INTO participants
             (id, meeting_id, user_id, device_id, name, role, joined_at, companion)
           SELECT "id", "meetingId", "userId", "deviceId", "name", "role",
               to_timestamp("joinedAt" / 1000.0), "companion"
             FROM entering
       ), rights AS (
         INSERT INTO admissions (meeting_id, user_id, state, participant_id, device_id, name, since)
           SELECT "meetingId", "userId", 'admitted', NULL, "deviceId", "name",
               to_timestamp("joinedAt" / 1000.0)
             FROM entering WHERE NOT "companion"
           ON CONFLICT (meeting_id, user_id) DO UPDATE
             SET state = 'admitted', participant_id = NULL,
               device_id = excluded.device_id, name = excluded.name
       )${events.sql}
       SELECT id FROM owned`,
      [...ownedValues(fence), JSON.stringify(participants), ...events.values],
    );
    assertOwned(rows[0], fence);
    this.#outbox.announce();
  }

  async leave(fence: Fence, departures: Departure[], empties = false): Promise<void> {
    if (departures.length === 0) return;
    const events = this.#outbox.further(LEFT.types, LEFT.facts, [empties]);
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
           RETURNING participants.*, departures."forgetAdmission"
       ), forgotten AS (
         DELETE FROM admissions USING stays
           WHERE stays."forgetAdmission"
             AND admissions.meeting_id = stays.meeting_id AND admissions.user_id = stays.user_id
       )${events.sql}
       SELECT id FROM owned`,
      [...ownedValues(fence), JSON.stringify(departures), ...events.values],
    );
    assertOwned(rows[0], fence);
    this.#outbox.announce();
  }

  async leaveReason(meetingId: string, participantId: string): Promise<LeaveReason | null> {
    const row = await this.#db('participants')
      .where({ meeting_id: meetingId, id: participantId })
      .first<{ leave_reason: LeaveReason | null } | undefined>('leave_reason');
    return row?.leave_reason ?? null;
  }

  async listOpen(meetingId: string): Promise<ParticipantRecord[]> {
    const rows = await this.#db<ParticipantRow>('participants')
      .where({ meeting_id: meetingId })
      .whereNull('left_at');
    return rows.map((row) => ({
      ...{ id: row.id, meetingId: row.meeting_id, userId: row.user_id, deviceId: row.device_id },
      ...{ name: row.name, role: row.role, companion: row.companion },
      joinedAt: row.joined_at.getTime(),
    }));
  }

  async meetingsWithOpen(): Promise<string[]> {
    return this.#db('participants').whereNull('left_at').distinct().pluck<string[]>('meeting_id');
  }
}

/**
 * Events of the statement of `enter`, whose next value is whether the meeting starts. All parts of a
 * statement see what was before it: whoever waited is still stored as waiting.
 */
const ENTERED = {
  types: ['meeting.started', 'participant.admitted', 'participant.joined'],
  facts: `
  SELECT 0 AS position, 'meeting.started' AS type, "meetingId" AS meeting_id,
      to_timestamp(min("joinedAt") / 1000.0) AS at, '{}'::jsonb AS detail
    FROM entering WHERE ?::boolean GROUP BY "meetingId"
  UNION ALL
  SELECT 1, 'participant.admitted', "meetingId", to_timestamp("joinedAt" / 1000.0),
      jsonb_build_object('participant',
        jsonb_build_object('id', entering.id, 'userId', "userId", 'name', entering.name))
    FROM entering JOIN admissions
      ON admissions.meeting_id = "meetingId" AND admissions.user_id = "userId"
    WHERE admissions.state = 'waiting' AND NOT "companion"
  UNION ALL
  SELECT 2, 'participant.joined', "meetingId", to_timestamp("joinedAt" / 1000.0),
      jsonb_build_object('participant', jsonb_build_object('id', id, 'userId', "userId",
        'name', name, 'role', role, 'joinedAt', ${isoInstant('to_timestamp("joinedAt" / 1000.0)')},
        'companion', "companion"))
    FROM entering`,
} as const;

/** Events of the statement of `leave`, whose next value is whether nobody is in the meeting any more. */
const LEFT = {
  types: ['participant.left', 'meeting.emptied'],
  facts: `
  SELECT 0 AS position, 'participant.left' AS type, meeting_id, left_at AS at,
      jsonb_build_object('participant', jsonb_build_object('id', id, 'userId', user_id,
        'name', name, 'role', role, 'joinedAt', ${isoInstant('joined_at')},
        'leftAt', ${isoInstant('left_at')}, 'reason', leave_reason)) AS detail
    FROM stays
  UNION ALL
  SELECT 1, 'meeting.emptied', meeting_id, max(left_at), '{}'::jsonb
    FROM stays WHERE ?::boolean GROUP BY meeting_id`,
} as const;

/** As `Date.prototype.toISOString` prints it. */
function isoInstant(time: string): string {
  return `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
