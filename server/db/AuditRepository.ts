import type { Knex } from 'knex';
import type { AuditAction, AuditEntry } from '../../protocol/meetings.ts';
import type { AuditStore, Fence, NewAuditEntry } from '../meetings/stores.ts';
import { fenced } from './fenced.ts';

/** Keeps who did what to whom in PostgreSQL or PGlite. */
export class AuditRepository implements AuditStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async append(fence: Fence, entries: readonly NewAuditEntry[]): Promise<void> {
    const rows = entries.map((entry) => ({
      meeting_id: fence.meetingId,
      at: new Date(entry.at),
      action: entry.action,
      actor_id: entry.actor?.userId ?? null,
      actor_name: entry.actor?.name ?? null,
      subject_id: entry.subject?.userId ?? null,
      subject_name: entry.subject?.name ?? null,
      detail: JSON.stringify(entry.detail),
    }));
    await fenced(this.#db, fence, (transaction) => transaction('audit_entries').insert(rows));
  }

  async list(
    meetingId: string,
    { before, limit }: { before: number | undefined; limit: number },
  ): Promise<{ entries: AuditEntry[]; next: number | null }> {
    const query = this.#db<AuditRow>('audit_entries')
      .where({ meeting_id: meetingId })
      .orderBy('id', 'desc')
      .limit(limit + 1);
    if (before !== undefined) query.where('id', '<', before);
    const entries = (await query).map(mapRow);
    const page = entries.slice(0, limit);
    return { entries: page, next: entries.length > limit ? (page.at(-1)?.id ?? null) : null };
  }
}

interface AuditRow {
  /** A bigint: text from PostgreSQL. */
  id: string | number;
  meeting_id: string;
  at: Date;
  action: AuditAction;
  actor_id: string | null;
  actor_name: string | null;
  subject_id: string | null;
  subject_name: string | null;
  detail: AuditEntry['detail'];
}

function mapRow(row: AuditRow): AuditEntry {
  return {
    id: Number(row.id),
    at: row.at.toISOString(),
    action: row.action,
    actor: person(row.actor_id, row.actor_name),
    subject: person(row.subject_id, row.subject_name),
    detail: row.detail,
  };
}

function person(userId: string | null, name: string | null) {
  return userId === null || name === null ? null : { userId, name };
}
