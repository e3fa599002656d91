import type { Knex } from 'knex';
import type {
  AutomaticRecordingStore,
  AutomaticStart,
  DueRecording,
} from '../live/recordings/stores.ts';
import type { ChooseMixer } from '../live/stores.ts';
import { assignLocked } from './assignMix.ts';

interface DueRow {
  meeting_id: string;
  host_ids: string[];
}

/**
 * Meetings whose setting wants it, that are not recorded, and that a host or co-host is in who can act there. Where
 * somebody stopped a recording by hand, it takes a new sitting: nobody was there for a while in between.
 */
const DUE = `
  meetings.ended_at IS NULL AND meetings.settings->>'recordAutomatically' <> 'off'
    AND NOT EXISTS (
      SELECT 1 FROM recordings
        WHERE recordings.meeting_id = meetings.id AND state IN ('starting', 'recording'))
    AND NOT EXISTS (
      SELECT 1 FROM automatic_recordings
        WHERE automatic_recordings.meeting_id = meetings.id AND stopped_at IS NOT NULL
          AND NOT EXISTS (
            SELECT 1 FROM (
              SELECT joined_at, max(coalesce(left_at, 'infinity')) OVER (
                  ORDER BY joined_at, id
                  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS left_before
                FROM participants WHERE participants.meeting_id = meetings.id) AS stays
              WHERE joined_at > stopped_at
                AND joined_at >= left_before + :sittingGapMs * interval '1 millisecond'))`;
const HOSTS = `
  SELECT participants.user_id FROM participants
    LEFT JOIN meeting_roles ON meeting_roles.meeting_id = participants.meeting_id
      AND meeting_roles.user_id = participants.user_id
    WHERE participants.meeting_id = meetings.id AND left_at IS NULL AND NOT companion
      AND (meeting_roles.role IN ('host', 'cohost')
        OR (meeting_roles.role IS NULL AND participants.user_id = meetings.host_id))`;

/** Keeps what meetings that record themselves need, in PostgreSQL or PGlite. */
export class AutomaticRecordingRepository implements AutomaticRecordingStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async due(sittingGapMs: number): Promise<DueRecording[]> {
    const { rows } = await this.#db.raw<{ rows: DueRow[] }>(
      `SELECT meetings.id AS meeting_id,
           (SELECT json_agg(DISTINCT hosts.user_id) FROM (${HOSTS}) AS hosts) AS host_ids
         FROM meetings WHERE ${DUE} AND EXISTS (${HOSTS}) ORDER BY meetings.id`,
      { sittingGapMs },
    );
    return rows.map(({ meeting_id, host_ids }) => ({ meetingId: meeting_id, hostIds: host_ids }));
  }

  async begin(
    meetingId: string,
    { id, now, sittingGapMs, choose }: AutomaticStart & { choose: ChooseMixer },
  ): Promise<'begun' | 'full' | 'not due'> {
    try {
      return await this.#db.transaction(async (transaction) => {
        // Whoever stops one, or begins one as well, comes before or after: then it is looked at anew.
        await lockAutomatic(transaction, meetingId);
        const { rows } = await transaction.raw<{ rows: unknown[] }>(
          `INSERT INTO recordings
               (id, meeting_id, host_id, title, state, composite, tracks, started_at)
             SELECT :id, meetings.id, host_id, title, 'starting', true,
                 settings->>'recordAutomatically' = 'composite-and-tracks', :now
               FROM meetings WHERE meetings.id = :meetingId AND ${DUE} AND EXISTS (${HOSTS})
             ON CONFLICT (meeting_id) WHERE state IN ('starting', 'recording') DO NOTHING
             RETURNING id`,
          { id, meetingId, sittingGapMs, now: new Date(now) },
        );
        if (rows.length === 0) return 'not due';
        const mix = await assignLocked(transaction, meetingId, { replaces: null, choose, now });
        if (!mix) throw new NoCapacity();
        await transaction('automatic_recordings')
          .where({ meeting_id: meetingId })
          .update({ stopped_at: null, told_at: null });
        return 'begun';
      });
    } catch (error) {
      if (error instanceof NoCapacity) return 'full';
      throw error;
    }
  }

  async tell(meetingId: string, now: number, toldBefore: number): Promise<boolean> {
    const { rows } = await this.#db.raw<{ rows: unknown[] }>(
      `INSERT INTO automatic_recordings (meeting_id, told_at) VALUES (:meetingId, :now)
         ON CONFLICT (meeting_id) DO UPDATE SET told_at = :now
           WHERE automatic_recordings.told_at IS NULL
             OR automatic_recordings.told_at <= :toldBefore
         RETURNING meeting_id`,
      { meetingId, now: new Date(now), toldBefore: new Date(toldBefore) },
    );
    return rows.length > 0;
  }
}

/** Ends a transaction that could not be carried out. */
class NoCapacity extends Error {}

/** Until the transaction ends, nobody else begins a recording of this meeting by itself, nor notes that it was stopped. */
export async function lockAutomatic(
  transaction: Knex.Transaction,
  meetingId: string,
): Promise<void> {
  await transaction('automatic_recordings')
    .insert({ meeting_id: meetingId })
    .onConflict('meeting_id')
    .ignore();
  await transaction('automatic_recordings')
    .where({ meeting_id: meetingId })
    .forUpdate()
    .select('meeting_id');
}
