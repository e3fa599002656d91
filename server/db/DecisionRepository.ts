import type { Knex } from 'knex';
import type { DecisionStore, StandingDecision } from '../meetings/stores.ts';

/** Keeps who is always let in and who never in PostgreSQL or PGlite. */
export class DecisionRepository implements DecisionStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async list(meetingId: string): Promise<StandingDecision[]> {
    const rows = await this.#db<DecisionRow>('standing_decisions')
      .where({ meeting_id: meetingId })
      .orderBy(['decided_at', 'id']);
    return rows.map(mapRow);
  }

  async insert(decisions: StandingDecision[]): Promise<void> {
    await this.#db.transaction(async (transaction) => {
      for (const decision of decisions) {
        const { meetingId: meeting_id, userId: user_id } = decision;
        await transaction('standing_decisions').where({ meeting_id, user_id }).delete();
        await transaction('standing_decisions').insert({
          id: decision.id,
          meeting_id,
          decision: decision.decision,
          user_id,
          device_id: decision.deviceId,
          name: decision.name,
          guest: decision.guest,
          decided_by: decision.decidedBy,
          decided_at: new Date(decision.decidedAt),
        });
        if (decision.decision === 'ban') {
          await transaction('admissions').where({ meeting_id, user_id }).delete();
        }
      }
    });
  }

  async remove(meetingId: string, id: string): Promise<void> {
    await this.#db('standing_decisions').where({ meeting_id: meetingId, id }).delete();
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
