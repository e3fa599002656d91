import type { Knex } from 'knex';
import type { ChosenStatus } from '../../protocol/people.ts';
import type { Choice, PresenceStore } from '../people/stores.ts';

/** Keeps choices and last moments in PostgreSQL or PGlite; each is one statement, for however many people. */
export class PresenceRepository implements PresenceStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async begin(
    userIds: readonly string[],
    now: number,
  ): Promise<{ userId: string; choice: Choice }[]> {
    // In one order, so that two nodes which write the same people do not wait for each other.
    const { rows } = await this.#db.raw<{ rows: ChoiceRow[] }>(
      `WITH here AS (
         SELECT id FROM users
           WHERE id IN (SELECT jsonb_array_elements_text(?::jsonb)) AND kind = 'account'
           ORDER BY id FOR NO KEY UPDATE
       )
       UPDATE users SET last_seen = GREATEST(last_seen, ?) FROM here WHERE users.id = here.id
         RETURNING users.id, chosen_status, chosen_at`,
      [JSON.stringify(userIds), new Date(now)],
    );
    return rows.map(({ id, chosen_status: status, chosen_at }) => ({
      userId: id,
      choice: { status, at: Number(chosen_at) },
    }));
  }

  async contactsOf(userIds: readonly string[]): Promise<{ userId: string; contactId: string }[]> {
    const ids = JSON.stringify(userIds);
    const { rows } = await this.#db.raw<{ rows: { user_id: string; contact_id: string }[] }>(
      `WITH asked AS (SELECT jsonb_array_elements_text(?::jsonb) AS id)
       SELECT low_id AS user_id, high_id AS contact_id
         FROM contacts JOIN asked ON low_id = asked.id WHERE requested_by IS NULL
       UNION ALL
       SELECT high_id, low_id
         FROM contacts JOIN asked ON high_id = asked.id WHERE requested_by IS NULL`,
      [ids],
    );
    return rows.map((row) => ({ userId: row.user_id, contactId: row.contact_id }));
  }

  async choose(userId: string, { status, at }: Choice): Promise<void> {
    await this.#db('users')
      .where({ id: userId })
      // As nodes decide it among themselves: of two of the same moment, by their names.
      .whereRaw('(chosen_at, chosen_status COLLATE "C") < (?::bigint, ? COLLATE "C")', [at, status])
      .update({ chosen_status: status, chosen_at: at });
  }

  async saw(moments: readonly { userId: string; at: number }[]): Promise<void> {
    if (moments.length === 0) return;
    await this.#db.raw(
      `WITH seen AS (
         SELECT users.id, to_timestamp(at / 1000.0) AS at
           FROM users JOIN jsonb_to_recordset(?::jsonb) AS given ("userId" text, at bigint)
             ON users.id = "userId"
           WHERE kind = 'account' ORDER BY users.id FOR NO KEY UPDATE OF users
       )
       UPDATE users SET last_seen = GREATEST(last_seen, seen.at) FROM seen WHERE users.id = seen.id`,
      [JSON.stringify(moments)],
    );
  }
}

interface ChoiceRow {
  id: string;
  chosen_status: ChosenStatus;
  /** A bigint: text from PostgreSQL. */
  chosen_at: string | number;
}
