import type { Knex } from 'knex';
import type { OperatorAct, OperatorAction } from '../../protocol/admin.ts';
import type { NewOperatorAct, OperatorAuditStore } from '../admin/stores.ts';

/** Keeps what operators did in PostgreSQL or PGlite. */
export class OperatorAuditRepository implements OperatorAuditStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async append({ at, action, actor, node, meeting, detail }: NewOperatorAct): Promise<void> {
    await this.#db('operator_acts').insert({
      at: new Date(at),
      action,
      actor_id: actor.userId,
      actor_name: actor.name,
      node_id: node?.instanceId ?? null,
      node_name: node?.name ?? null,
      meeting_id: meeting?.id ?? null,
      meeting_title: meeting?.title ?? null,
      detail: JSON.stringify(detail),
    });
  }

  async list({
    before,
    limit,
  }: {
    before: number | undefined;
    limit: number;
  }): Promise<{ acts: OperatorAct[]; next: number | null }> {
    const query = this.#db<OperatorActRow>('operator_acts')
      .orderBy('id', 'desc')
      .limit(limit + 1);
    if (before !== undefined) query.where('id', '<', before);
    const acts = (await query).map(mapRow);
    const page = acts.slice(0, limit);
    return { acts: page, next: acts.length > limit ? (page.at(-1)?.id ?? null) : null };
  }
}

interface OperatorActRow {
  /** A bigint: text from PostgreSQL. */
  id: string | number;
  at: Date;
  action: OperatorAction;
  actor_id: string | null;
  actor_name: string;
  node_id: string | null;
  node_name: string | null;
  meeting_id: string | null;
  meeting_title: string | null;
  detail: OperatorAct['detail'];
}

function mapRow(row: OperatorActRow): OperatorAct {
  const { node_id: instanceId, node_name: name, meeting_id: id, meeting_title: title } = row;
  return {
    id: Number(row.id),
    at: row.at.toISOString(),
    action: row.action,
    actor: { userId: row.actor_id, name: row.actor_name },
    node: instanceId === null || name === null ? null : { instanceId, name },
    meeting: id === null || title === null ? null : { id, title },
    detail: row.detail,
  };
}
