import type { Knex } from 'knex';
import type { DecisionStore, Fence, StandingDecision } from '../meetings/stores.ts';
import type { EventOutbox, PersonRow } from './EventOutbox.ts';
import { fenced } from './fenced.ts';
import { keepDenials } from './keepDenials.ts';

/** Keeps who is always let in and who never in PostgreSQL or PGlite. */
export class DecisionRepository implements DecisionStore {
  readonly #db: Knex;
  readonly #outbox: EventOutbox;

  constructor(db: Knex, outbox: EventOutbox) {
    this.#db = db;
    this.#outbox = outbox;
  }

  async list(meetingId: string): Promise<StandingDecision[]> {
    const rows = await this.#db<DecisionRow>('standing_decisions')
      .where({ meeting_id: meetingId })
      .orderBy(['decided_at', 'id']);
    return rows.map(mapRow);
  }

  async insert(fence: Fence, decisions: StandingDecision[]): Promise<void> {
    if (decisions.length === 0) return;
    const rows = decisions.map((one) => ({
      id: one.id,
      meeting_id: one.meetingId,
      decision: one.decision,
      user_id: one.userId,
      device_id: one.deviceId,
      name: one.name,
      guest: one.guest,
      decided_by: one.decidedBy,
      decided_at: new Date(one.decidedAt),
    }));
    const about = (some: typeof rows) => some.map((one) => [one.meeting_id, one.user_id]);
    const banned = rows.filter(({ decision }) => decision === 'ban');
    await fenced(this.#db, fence, async (transaction) => {
      await transaction('standing_decisions')
        .whereIn(['meeting_id', 'user_id'], about(rows))
        .delete();
      await transaction('standing_decisions').insert(rows);
      const [ban] = banned;
      if (!ban) return;
      const kept = await transaction('admissions')
        .whereIn(['meeting_id', 'user_id'], about(banned))
        .delete()
        .returning<(PersonRow & { state: string })[]>('*');
      const denied = kept.filter(({ state }) => state === 'waiting');
      await keepDenials(transaction, fence.meetingId, denied);
      const event = { type: 'participant.denied' as const, at: ban.decided_at.getTime() };
      const happened = denied.map((person) => ({ ...event, person }));
      await this.#outbox.append(transaction, fence.meetingId, happened);
    });
    this.#outbox.announce();
  }

  async remove(fence: Fence, id: string): Promise<void> {
    await fenced(this.#db, fence, (transaction) =>
      transaction('standing_decisions').where({ meeting_id: fence.meetingId, id }).delete(),
    );
  }
}

interface DecisionRow {
  id: string;
  meeting_id: string;
  decision: 'admit' | 'ban';
  user_id: string;
  device_id: string | null;
  name: string;
  guest: boolean;
  decided_by: string;
  decided_at: Date;
}

function mapRow(row: DecisionRow): StandingDecision {
  return {
    id: row.id,
    meetingId: row.meeting_id,
    decision: row.decision,
    userId: row.user_id,
    deviceId: row.device_id,
    name: row.name,
    guest: row.guest,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at.getTime(),
  };
}
