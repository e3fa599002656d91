import type { Knex } from 'knex';
import type { PersonView } from '../../protocol/people.ts';
import type { PeopleStore } from '../people/stores.ts';
import type { UserRow } from './rows.ts';

/** Keeps what people are to each other in PostgreSQL or PGlite. */
export class PeopleRepository implements PeopleStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async find(userIds: readonly string[]): Promise<PersonView[]> {
    const rows = await this.#db<UserRow>('users')
      .whereIn('id', [...userIds])
      .where({ kind: 'account' });
    return rows.map(({ id, name }) => ({ id, name, avatarUrl: null }));
  }

  async apartFrom(userId: string, others: readonly string[]): Promise<ReadonlySet<string>> {
    if (others.length === 0) return new Set();
    const { rows } = await this.#db.raw<{ rows: { id: string }[] }>(
      `SELECT blocked_id AS id FROM blocks WHERE user_id = ? AND blocked_id = ANY(?)
       UNION
       SELECT user_id FROM blocks WHERE blocked_id = ? AND user_id = ANY(?)`,
      [userId, [...others], userId, [...others]],
    );
    return new Set(rows.map(({ id }) => id));
  }

  async block(userId: string, blockedId: string, now: number): Promise<void> {
    await this.#db('blocks')
      .insert({ user_id: userId, blocked_id: blockedId, created_at: new Date(now) })
      .onConflict(['user_id', 'blocked_id'])
      .ignore();
  }

  async unblock(userId: string, blockedId: string): Promise<void> {
    await this.#db('blocks').where({ user_id: userId, blocked_id: blockedId }).delete();
  }
}
