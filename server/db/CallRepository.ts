import type { Knex } from 'knex';
import type { CallOutcome } from '../../protocol/callHistory.ts';
import type { CallPath, CallType } from '../../protocol/calls.ts';
import type { Call, CallReason, CallState, Refusal, Step } from '../calls/Call.ts';
import type { LogRow } from '../calls/logRows.ts';
import type { CallStore, Changed } from '../calls/stores.ts';

interface CallRow {
  id: string;
  call_type: CallType;
  state: CallState;
  caller_id: string;
  callee_id: string;
  caller_connection: string | null;
  caller_device: string | null;
  caller_lost_at: Date | null;
  callee_connection: string | null;
  callee_device: string | null;
  callee_lost_at: Date | null;
  started_at: Date;
  answered_at: Date | null;
  connected_at: Date | null;
  ended_at: Date | null;
  ended_by: string | null;
  outcome: CallOutcome | null;
  reason: CallReason | null;
  message: string | null;
  path: CallPath | null;
  meeting_id: string | null;
  meeting_code: string | null;
  deadline_at: Date | null;
}

type RowsOf = (call: Call) => readonly LogRow[];

/** Ends a transaction whose work is not wanted. */
class Undone extends Error {}

/** Keeps calls, and who is in one, in PostgreSQL or PGlite. */
export class CallRepository implements CallStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async begin(
    call: Call,
    takes: readonly string[],
    decide: (taken: ReadonlySet<string>) => Step | null,
    rowsOf: RowsOf,
  ): Promise<Step | null> {
    try {
      return await this.#db.transaction(async (transaction) => {
        await transaction('calls').insert(toRow(call));
        // In one order, so that two who ring each other wait for one another and not both.
        const { rows } = await transaction.raw<{ rows: { user_id: string }[] }>(
          `INSERT INTO live_calls (user_id, call_id)
             SELECT user_id, ? FROM unnest(?::text[]) AS user_id ORDER BY user_id
             ON CONFLICT (user_id) DO NOTHING RETURNING user_id`,
          [call.id, [...takes].sort()],
        );
        const step = decide(new Set(rows.map(({ user_id }) => user_id)));
        if (!step) throw new Undone();
        await store(transaction, step.call, rowsOf);
        return step;
      });
    } catch (error) {
      if (error instanceof Undone) return null;
      throw error;
    }
  }

  async change(
    callId: string,
    decide: (call: Call) => Step | Refusal,
    rowsOf: RowsOf,
  ): Promise<Changed | Refusal | null> {
    return this.#db.transaction(async (transaction) => {
      const row = await transaction<CallRow>('calls').where({ id: callId }).forUpdate().first();
      if (!row) return null;
      const before = mapCall(row);
      const step = decide(before);
      if ('refused' in step) return step;
      if (step.call !== before) await store(transaction, step.call, rowsOf);
      return { before, ...step };
    });
  }

  async find(callId: string): Promise<Call | null> {
    const row = await this.#db<CallRow>('calls').where({ id: callId }).first();
    return row ? mapCall(row) : null;
  }

  async findLive(userId: string): Promise<Call | null> {
    const row = await this.#db('live_calls')
      .join<CallRow>('calls', 'calls.id', 'live_calls.call_id')
      .where({ 'live_calls.user_id': userId })
      .first<CallRow | undefined>('calls.*');
    return row ? mapCall(row) : null;
  }

  async due(now: number, limit: number): Promise<string[]> {
    return this.#db('calls')
      .where('deadline_at', '<=', new Date(now))
      .orderBy('deadline_at')
      .limit(limit)
      .pluck<string[]>('id');
  }

  async boundConnections(): Promise<{ callId: string; connectionId: string }[]> {
    const { rows } = await this.#db.raw<{ rows: { call_id: string; connection_id: string }[] }>(
      `SELECT id AS call_id, connection_id
         FROM calls,
           LATERAL (VALUES (caller_connection, caller_lost_at), (callee_connection, callee_lost_at))
             AS ends (connection_id, lost_at)
         WHERE id IN (SELECT call_id FROM live_calls) AND meeting_id IS NULL
           AND connection_id IS NOT NULL AND lost_at IS NULL`,
    );
    return rows.map((row) => ({ callId: row.call_id, connectionId: row.connection_id }));
  }

  async countLive(): Promise<number> {
    const [row] = await this.#db('live_calls').countDistinct<{ count: string | number }[]>({
      count: 'call_id',
    });
    return Number(row?.count ?? 0);
  }

  async purge(endedBefore: number): Promise<void> {
    await this.#db('calls').where('ended_at', '<', new Date(endedBefore)).delete();
  }
}

async function store(transaction: Knex.Transaction, call: Call, rowsOf: RowsOf): Promise<void> {
  await transaction('calls').where({ id: call.id }).update(toRow(call));
  if (call.state !== 'ENDING') return;
  await transaction('live_calls').where({ call_id: call.id }).delete();
  await transaction.raw(
    `INSERT INTO call_log (user_id, call_id, with_id, with_name, call_type, direction, started_at,
         answered_at, ended_at, outcome, reason, message, path, seen)
       SELECT "userId", calls.id, "withId", users.name, calls.call_type, direction, calls.started_at,
           calls.answered_at, calls.ended_at, logged.outcome, logged.reason, calls.message, calls.path, seen
         FROM jsonb_to_recordset(?::jsonb) AS logged (
           "userId" text, "withId" text, direction text, outcome text, reason text, seen boolean)
         JOIN calls ON calls.id = ? JOIN users ON users.id = "withId"`,
    [JSON.stringify(rowsOf(call)), call.id],
  );
}

function mapCall(row: CallRow): Call {
  return {
    ...{ id: row.id, callType: row.call_type, state: row.state },
    caller: {
      ...{ userId: row.caller_id, connectionId: row.caller_connection },
      ...{ deviceId: row.caller_device, lostAt: toTime(row.caller_lost_at) },
    },
    callee: {
      ...{ userId: row.callee_id, connectionId: row.callee_connection },
      ...{ deviceId: row.callee_device, lostAt: toTime(row.callee_lost_at) },
    },
    startedAt: row.started_at.getTime(),
    answeredAt: toTime(row.answered_at),
    connectedAt: toTime(row.connected_at),
    endedAt: toTime(row.ended_at),
    ...{ endedBy: row.ended_by, outcome: row.outcome, reason: row.reason },
    ...{ message: row.message, path: row.path },
    meeting: row.meeting_id === null ? null : { id: row.meeting_id, code: row.meeting_code ?? '' },
    deadlineAt: toTime(row.deadline_at),
  };
}

function toRow(call: Call): CallRow {
  const { caller, callee } = call;
  return {
    ...{ id: call.id, call_type: call.callType, state: call.state },
    ...{ caller_id: caller.userId, callee_id: callee.userId },
    ...{ caller_connection: caller.connectionId, caller_device: caller.deviceId },
    caller_lost_at: toDate(caller.lostAt),
    ...{ callee_connection: callee.connectionId, callee_device: callee.deviceId },
    callee_lost_at: toDate(callee.lostAt),
    started_at: new Date(call.startedAt),
    answered_at: toDate(call.answeredAt),
    connected_at: toDate(call.connectedAt),
    ended_at: toDate(call.endedAt),
    ...{ ended_by: call.endedBy, outcome: call.outcome, reason: call.reason },
    ...{ message: call.message, path: call.path },
    ...{ meeting_id: call.meeting?.id ?? null, meeting_code: call.meeting?.code ?? null },
    deadline_at: toDate(call.deadlineAt),
  };
}

function toTime(date: Date | null): number | null {
  return date?.getTime() ?? null;
}

function toDate(time: number | null): Date | null {
  return time === null ? null : new Date(time);
}
