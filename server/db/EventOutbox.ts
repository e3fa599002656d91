import type { Knex } from 'knex';
import type { WebhookEventType } from '../../protocol/webhooks.ts';
import type { Endpoint } from '../webhooks/endpoints.ts';

/** Somebody whom an event is about: what a row of theirs says. */
export interface PersonRow {
  participant_id: string | null;
  user_id: string;
  name: string;
}

/**
 * Stores events for those who are to be told of them, in the transaction of the facts that they tell
 * of: neither is there without the other. Where nobody wants to be told nothing is stored.
 */
export class EventOutbox {
  readonly #wanted: string;
  readonly #types: ReadonlySet<string>;
  readonly #listeners: (() => void)[] = [];

  constructor(endpoints: readonly Endpoint[]) {
    const wanted = endpoints.flatMap(({ id, events }) =>
      events.map((type) => ({ endpoint: id, type })),
    );
    this.#wanted = JSON.stringify(wanted);
    this.#types = new Set(wanted.map(({ type }) => type));
  }

  onStored(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** What was stored is committed. */
  announce(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Whether anybody is to be told of any of these. */
  wants(...types: WebhookEventType[]): boolean {
    return types.some((type) => this.#types.has(type));
  }

  /**
   * What a statement has to go on with to store events, and the values for it; nothing where nobody is
   * to be told of any of them, since entering and leaving are to cost as little as they can.
   * @param facts a query, `values` for it, for rows of (position, type, meeting_id, at, detail): of those
   * with the same `at`, the lower `position` was before
   */
  further(
    types: readonly WebhookEventType[],
    facts: string,
    values: readonly Knex.RawBinding[],
  ): { sql: string; values: Knex.RawBinding[] } {
    if (!this.wants(...types)) return { sql: '', values: [] };
    return { sql: `, ${storing(facts)}`, values: [...values, this.#wanted] };
  }

  /** Stores events of one meeting, in a transaction that stores what they tell of. */
  async append(
    transaction: Knex.Transaction,
    meetingId: string,
    happened: readonly { type: WebhookEventType; at: number; person?: PersonRow }[],
  ): Promise<void> {
    const facts = happened
      .filter(({ type }) => this.wants(type))
      .map(({ type, at, person }, position) => ({
        ...{ position, type, at, meetingId },
        detail: person ? { participant: detailOf(person) } : {},
      }));
    if (facts.length === 0) return;
    const rows = `
      SELECT position, type, "meetingId" AS meeting_id, to_timestamp(at / 1000.0) AS at, detail
        FROM jsonb_to_recordset(?::jsonb) AS given (
          position integer, type text, at bigint, "meetingId" text, detail jsonb)`;
    const values = [JSON.stringify(facts), this.#wanted];
    await transaction.raw(`WITH ${storing(rows)} SELECT 1`, values);
  }
}

/** The parts of a statement that store events; their last value is who wants which. */
function storing(facts: string): string {
  return `facts AS (${facts}), events AS MATERIALIZED (
      SELECT 'msg_' || gen_random_uuid() AS event_id, facts.*,
          jsonb_build_object('meeting', jsonb_build_object('id', meetings.id, 'code', meetings.code,
            'title', meetings.title, 'hostId', meetings.host_id)) || facts.detail AS data
        FROM facts JOIN meetings ON meetings.id = facts.meeting_id
    ), outbox AS (
      INSERT INTO webhook_deliveries (event_id, endpoint, type, meeting_id, at, data, due_at)
        SELECT event_id, endpoint, type, meeting_id, at, data, now()
          FROM events JOIN jsonb_to_recordset(?::jsonb) AS wanted (endpoint text, type text)
            USING (type)
          ORDER BY at, position
    )`;
}

function detailOf({ participant_id, user_id, name }: PersonRow) {
  return { id: participant_id, userId: user_id, name };
}
