import type { Knex } from 'knex';
import type {
  CallEntry,
  CallMinute,
  CallOutcome,
  TimelineMinute,
} from '../../protocol/callHistory.ts';
import type { HistoryFilter, HistoryStore } from '../calls/stores.ts';
import type { Cursor } from '../core/cursor.ts';

interface EntryRow {
  kind: 'call' | 'meeting';
  call_id: string;
  with_id: string;
  with_name: string;
  call_type: 'audio' | 'video';
  direction: 'incoming' | 'outgoing';
  started_at: Date;
  /** Null while it goes on. */
  ended_at: Date | null;
  seconds: string | number;
  outcome: CallOutcome;
  reason: string;
  message: string | null;
  path: string | null;
  people: string[] | null;
  total: string | number;
  peak: string | number;
}

interface MinuteRow {
  minute: string | number;
  rtt_ms: number | null;
  loss: number;
  bitrate: number;
  freezes: number;
  seconds: number;
}

/**
 * Entries of one person: rows of the log, and what the record of stays says of meetings. From the first who
 * comes into an empty meeting until the last has left is one occurrence, in which everybody who was there
 * has one entry, however often they came. A second screen is nobody more.
 */
const ENTRIES = `
  WITH mine AS (
    SELECT DISTINCT meeting_id FROM participants
      WHERE user_id = :userId AND NOT companion AND joined_at >= :since
  ), stays AS (
    SELECT participants.*, max(coalesce(left_at, 'infinity')) OVER (
        PARTITION BY meeting_id ORDER BY joined_at, id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS until
      FROM participants JOIN mine USING (meeting_id) WHERE NOT companion
  ), told AS MATERIALIZED (
    SELECT stays.*, count(*) FILTER (WHERE until IS NULL OR joined_at > until) OVER (
        PARTITION BY meeting_id ORDER BY joined_at, id) AS occurrence
      FROM stays
  ), visits AS (
    SELECT meeting_id, occurrence, min(joined_at) AS started_at,
        (array_agg(id ORDER BY joined_at, id))[1] AS call_id,
        CASE WHEN bool_or(left_at IS NULL) THEN NULL ELSE max(left_at) END AS ended_at,
        (array_agg(leave_reason ORDER BY joined_at DESC, id DESC))[1] AS reason,
        sum(extract(epoch FROM coalesce(left_at, CAST(:now AS timestamptz)) - joined_at)) AS seconds
      FROM told WHERE user_id = :userId GROUP BY meeting_id, occurrence
  ), entries AS (
    SELECT 'call' AS kind, call_id, with_id, with_name, call_type, direction, started_at, ended_at,
        coalesce(extract(epoch FROM ended_at - answered_at), 0) AS seconds, outcome, reason,
        message, path, NULL AS occurrence
      FROM call_log WHERE user_id = :userId
    UNION ALL
    SELECT 'meeting', visits.call_id, meetings.id, meetings.title, 'video',
        CASE WHEN meetings.host_id = :userId THEN 'outgoing' ELSE 'incoming' END,
        visits.started_at, visits.ended_at, visits.seconds, 'answered',
        coalesce(visits.reason, 'ongoing'), NULL, NULL, occurrence
      FROM visits JOIN meetings ON meetings.id = visits.meeting_id
  ), page AS (
    SELECT * FROM entries
      WHERE started_at >= :since
        AND (CAST(:kind AS text) IS NULL OR kind = :kind)
        AND (CAST(:outcome AS text) IS NULL OR outcome = :outcome)
        AND (CAST(:direction AS text) IS NULL OR direction = :direction)
        AND (CAST(:with AS text) IS NULL OR with_id = :with)
        AND (CAST(:callId AS text) IS NULL OR call_id = :callId)
        AND (CAST(:beforeAt AS timestamptz) IS NULL
          OR (started_at, call_id) < (CAST(:beforeAt AS timestamptz), CAST(:beforeId AS text)))
      ORDER BY started_at DESC, call_id DESC LIMIT :limit
  )
  SELECT page.*, present.people,
      CASE WHEN kind = 'meeting' THEN present.total WHEN outcome = 'answered' THEN 2 ELSE 1 END AS total,
      CASE WHEN kind = 'meeting' THEN crowd.peak WHEN outcome = 'answered' THEN 2 ELSE 1 END AS peak
    FROM page
    CROSS JOIN LATERAL (
      SELECT count(DISTINCT user_id) AS total,
          (array_agg(DISTINCT name) FILTER (WHERE user_id <> :userId))[1:5] AS people
        FROM told WHERE meeting_id = with_id AND told.occurrence = page.occurrence
    ) AS present
    CROSS JOIN LATERAL (
      SELECT max(inside) AS peak FROM (
        SELECT sum(change) OVER (ORDER BY at, change) AS inside FROM (
          SELECT joined_at AS at, 1 AS change FROM told
            WHERE meeting_id = with_id AND told.occurrence = page.occurrence
          UNION ALL
          SELECT left_at, -1 FROM told
            WHERE meeting_id = with_id AND told.occurrence = page.occurrence AND left_at IS NOT NULL
        ) AS changes
      ) AS counted
    ) AS crowd
    ORDER BY started_at DESC, call_id DESC`;

/** Keeps and reads what people were in, in PostgreSQL or PGlite. */
export class CallHistoryRepository implements HistoryStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async list(
    userId: string,
    filter: HistoryFilter,
    page: { before: Cursor | null; limit: number; since: number },
  ): Promise<CallEntry[]> {
    return (await this.#select(userId, { ...filter, ...page })).map(mapEntry);
  }

  async read(userId: string, callId: string, since: number) {
    const [row] = await this.#select(userId, { callId, before: null, limit: 1, since });
    if (!row) return null;
    const timeline =
      row.kind === 'call' ? await this.#minutesOf(userId, callId) : await this.#stayed(userId, row);
    return { entry: mapEntry(row), path: row.path, message: row.message, timeline };
  }

  async countMissed(userIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { rows } = await this.#db.raw<{ rows: { user_id: string; count: string | number }[] }>(
      `SELECT user_id, count(*) AS count FROM call_log
         WHERE user_id = ANY(?) AND NOT seen GROUP BY user_id`,
      [[...userIds]],
    );
    return new Map(rows.map(({ user_id, count }) => [user_id, Number(count)]));
  }

  async markSeen(userId: string): Promise<void> {
    await this.#db('call_log').where({ user_id: userId, seen: false }).update({ seen: true });
  }

  async findStay(
    userId: string,
    meetingId: string,
    leftAfter: number,
  ): Promise<{ id: string; since: number } | null> {
    const row = await this.#db('participants')
      .where({ user_id: userId, meeting_id: meetingId, companion: false })
      .whereRaw('(left_at IS NULL OR left_at > ?)', [new Date(leftAfter)])
      .orderBy('joined_at', 'desc')
      .first<{ id: string; joined_at: Date } | undefined>('id', 'joined_at');
    return row ? { id: row.id, since: row.joined_at.getTime() } : null;
  }

  async addMinute(
    userId: string,
    ofId: string,
    minute: number,
    at: number,
    { rttMs, loss, bitrate, freezes, seconds }: CallMinute,
  ): Promise<void> {
    await this.#db('call_quality')
      .insert({
        ...{ user_id: userId, of_id: ofId, minute, at: new Date(at) },
        ...{ rtt_ms: rttMs, loss, bitrate, freezes, seconds },
      })
      .onConflict(['user_id', 'of_id', 'minute'])
      .merge()
      .where('call_quality.seconds', '<', seconds);
  }

  async purge(before: number): Promise<void> {
    await this.#db('call_log').where('started_at', '<', new Date(before)).delete();
    await this.#db('call_quality').where('at', '<', new Date(before)).delete();
  }

  async #select(
    userId: string,
    {
      before,
      since,
      limit,
      kind,
      outcome,
      direction,
      with: withId,
      callId,
    }: HistoryFilter & { before: Cursor | null; since: number; limit: number; callId?: string },
  ): Promise<EntryRow[]> {
    const { rows } = await this.#db.raw<{ rows: EntryRow[] }>(ENTRIES, {
      ...{ userId, since: new Date(since), now: new Date(), limit },
      ...{ kind: kind ?? null, outcome: outcome ?? null, with: withId ?? null },
      direction: direction ?? null,
      callId: callId ?? null,
      beforeAt: before && new Date(before.createdAt),
      beforeId: before?.id ?? null,
    });
    return rows;
  }

  async #minutesOf(userId: string, callId: string): Promise<TimelineMinute[]> {
    const rows = await this.#db('call_quality')
      .where({ user_id: userId, of_id: callId })
      .orderBy('minute')
      .select<MinuteRow[]>('minute', 'rtt_ms', 'loss', 'bitrate', 'freezes', 'seconds');
    return rows.map(mapMinute);
  }

  /** Of all stays of one occurrence, counted from the first. */
  async #stayed(userId: string, row: EntryRow): Promise<TimelineMinute[]> {
    const { rows } = await this.#db.raw<{ rows: MinuteRow[] }>(
      `SELECT DISTINCT ON (minute) * FROM (
         SELECT greatest(0, round((extract(epoch FROM at - CAST(:start AS timestamptz)) - seconds) / 60)) AS minute,
             rtt_ms, loss, bitrate, freezes, seconds
           FROM call_quality
           WHERE user_id = :userId AND of_id IN (
             SELECT id FROM participants
               WHERE user_id = :userId AND meeting_id = :meetingId
                 AND joined_at BETWEEN :start AND :end)
       ) AS minutes ORDER BY minute, seconds DESC`,
      {
        ...{ userId, meetingId: row.with_id, start: row.started_at },
        end: row.ended_at ?? new Date(),
      },
    );
    return rows.map(mapMinute);
  }
}

function mapEntry(row: EntryRow): CallEntry {
  return {
    callId: row.call_id,
    kind: row.kind,
    with: { id: row.with_id, name: row.with_name },
    people: row.kind === 'meeting' ? (row.people ?? []) : [row.with_name],
    callType: row.call_type,
    startedAt: row.started_at.toISOString(),
    durationSec: Math.max(0, Math.floor(Number(row.seconds))),
    participantCount: Number(row.total),
    peakCount: Number(row.peak),
    direction: row.direction,
    outcome: row.outcome,
    reason: row.reason,
    ongoing: row.ended_at === null,
  };
}

function mapMinute({ minute, rtt_ms, loss, bitrate, freezes, seconds }: MinuteRow): TimelineMinute {
  // As `real` keeps them, to so many digits.
  return { minute: Number(minute), rttMs: rtt_ms, loss, bitrate, freezes, seconds };
}
