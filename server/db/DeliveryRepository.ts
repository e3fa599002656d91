import type { Knex } from 'knex';
import type {
  Delivery,
  DeliveryCounts,
  DeliveryRecord,
  DeliveryState,
  DeliveryStore,
} from '../webhooks/stores.ts';
import type { EventOutbox } from './EventOutbox.ts';

const TABLE = 'webhook_deliveries';
/** Clocks of nodes differ: times that are compared are the database's. */
const LATER = `now() + ? * interval '1 millisecond'`;

/** Keeps what is to be told to endpoints in PostgreSQL or PGlite. */
export class DeliveryRepository implements DeliveryStore {
  readonly #db: Knex;
  readonly #outbox: EventOutbox;

  constructor(db: Knex, outbox: EventOutbox) {
    this.#db = db;
    this.#outbox = outbox;
  }

  onStored(listener: () => void): void {
    this.#outbox.onStored(listener);
  }

  async claim(
    endpoint: string,
    { limit, leaseMs }: { limit: number; leaseMs: number },
  ): Promise<Delivery[]> {
    const { rows } = await this.#db.raw<{ rows: DeliveryRow[] }>(
      `WITH due AS (
         SELECT seq FROM webhook_deliveries
           WHERE endpoint = ? AND state = 'pending' AND due_at <= now()
           ORDER BY due_at, seq LIMIT ? FOR UPDATE SKIP LOCKED
       )
       UPDATE webhook_deliveries SET due_at = ${LATER}
         FROM due WHERE webhook_deliveries.seq = due.seq
         RETURNING webhook_deliveries.*`,
      [endpoint, limit, leaseMs],
    );
    return rows.map((row) => ({ ...mapRow(row), data: row.data })).sort((a, b) => a.seq - b.seq);
  }

  async release(deliveries: readonly Delivery[]): Promise<void> {
    if (deliveries.length === 0) return;
    await this.#pending(deliveries.map(({ seq }) => seq)).update({ due_at: this.#db.fn.now() });
  }

  async settle({ seq }: Delivery, status: number): Promise<void> {
    await this.#pending([seq]).update({
      state: 'delivered',
      attempts: this.#db.raw('attempts + 1'),
      due_at: this.#db.fn.now(),
      last_status: status,
      last_error: null,
    });
  }

  async fail(
    { seq, attempts }: Delivery,
    {
      status,
      error,
      retryMs,
    }: { status: number | null; error: string | null; retryMs: number | null },
  ): Promise<void> {
    // Whoever was so late that another node has tried it meanwhile has nothing to say.
    await this.#pending([seq])
      .where({ attempts })
      .update({
        state: retryMs === null ? 'failed' : 'pending',
        attempts: attempts + 1,
        due_at: this.#db.raw(LATER, [retryMs ?? 0]),
        last_status: status,
        last_error: error,
      });
  }

  async nextDueMs(endpoint: string): Promise<number | null> {
    const row = await this.#db(TABLE)
      .where({ endpoint, state: 'pending' })
      .first<{ ms: string | number | null }>(
        this.#db.raw('extract(epoch FROM min(due_at) - now()) * 1000 AS ms'),
      );
    return row.ms === null ? null : Math.max(0, Number(row.ms));
  }

  async backlog(endpoints: readonly string[]): Promise<{ pending: number; oldestMs: number }> {
    const row = await this.#db(TABLE)
      .where({ state: 'pending' })
      .whereIn('endpoint', endpoints)
      .first<{ pending: string | number; age: string | number | null }>(
        this.#db.raw('count(*) AS pending'),
        this.#db.raw('extract(epoch FROM now() - min(at)) * 1000 AS age'),
      );
    return { pending: Number(row.pending), oldestMs: Math.max(0, Number(row.age ?? 0)) };
  }

  async counts(): Promise<DeliveryCounts[]> {
    const rows = await this.#db(TABLE)
      .groupBy('endpoint')
      .orderBy('endpoint')
      .select<CountsRow[]>(
        'endpoint',
        this.#db.raw(`count(*) FILTER (WHERE state = 'pending') AS pending`),
        this.#db.raw(`count(*) FILTER (WHERE state = 'delivered') AS delivered`),
        this.#db.raw(`count(*) FILTER (WHERE state = 'failed') AS failed`),
        this.#db.raw(`min(at) FILTER (WHERE state = 'pending') AS oldest`),
      );
    return rows.map(({ endpoint, pending, delivered, failed, oldest }) => ({
      endpoint,
      pending: Number(pending),
      delivered: Number(delivered),
      failed: Number(failed),
      oldestPendingAt: oldest?.getTime() ?? null,
    }));
  }

  async list({
    endpoint,
    state,
    before,
    limit,
  }: Parameters<DeliveryStore['list']>[0]): ReturnType<DeliveryStore['list']> {
    const query = this.#db<DeliveryRow>(TABLE)
      .orderBy('seq', 'desc')
      .limit(limit + 1);
    if (endpoint !== undefined) query.where({ endpoint });
    if (state !== undefined) query.where({ state });
    if (before !== undefined) query.where('seq', '<', before);
    const deliveries = (await query).map(mapRow);
    const page = deliveries.slice(0, limit);
    return {
      deliveries: page,
      next: deliveries.length > limit ? (page.at(-1)?.seq ?? null) : null,
    };
  }

  async redeliver(endpoint: string, eventId: string | undefined): Promise<number> {
    const chosen = eventId === undefined ? { state: 'failed' } : { event_id: eventId };
    const count = await this.#db(TABLE)
      .where({ endpoint, ...chosen })
      .update({ state: 'pending', attempts: 0, due_at: this.#db.fn.now() });
    if (count > 0) this.#outbox.announce();
    return count;
  }

  async purge(ageMs: number): Promise<number> {
    const { rows } = await this.#db.raw<{ rows: { count: string | number }[] }>(
      `WITH gone AS (DELETE FROM webhook_deliveries WHERE due_at < ${LATER} RETURNING 1)
       SELECT count(*) AS count FROM gone`,
      [-ageMs],
    );
    return Number(rows[0]?.count ?? 0);
  }

  #pending(seqs: readonly number[]) {
    return this.#db(TABLE)
      .whereIn('seq', [...seqs])
      .where({ state: 'pending' });
  }
}

interface DeliveryRow {
  /** A bigint: text from PostgreSQL. */
  seq: string | number;
  event_id: string;
  endpoint: string;
  type: Delivery['type'];
  meeting_id: string;
  at: Date;
  data: Delivery['data'];
  state: DeliveryState;
  attempts: number;
  due_at: Date;
  last_status: number | null;
  last_error: string | null;
}

interface CountsRow {
  endpoint: string;
  pending: string | number;
  delivered: string | number;
  failed: string | number;
  oldest: Date | null;
}

function mapRow(row: DeliveryRow): DeliveryRecord {
  return {
    seq: Number(row.seq),
    eventId: row.event_id,
    endpoint: row.endpoint,
    type: row.type,
    meetingId: row.meeting_id,
    at: row.at.getTime(),
    attempts: row.attempts,
    state: row.state,
    dueAt: row.due_at.getTime(),
    lastStatus: row.last_status,
    lastError: row.last_error,
  };
}
