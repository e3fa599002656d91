import type { Knex } from 'knex';
import type { PersonView, ProfileView } from '../../protocol/people.ts';
import type { PeopleStore } from '../people/stores.ts';
import { addressOf } from './avatarAddresses.ts';
import { lockPair } from './lockPair.ts';
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
    return rows.map(mapPerson);
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

  async block(userId: string, blockedId: string, now: number): Promise<boolean> {
    return this.#db.transaction(async (transaction) => {
      if (!(await lockPair(transaction, userId, blockedId))) return false;
      await transaction('blocks')
        .insert({ user_id: userId, blocked_id: blockedId, created_at: new Date(now) })
        .onConflict(['user_id', 'blocked_id'])
        .ignore();
      const { rows } = await transaction.raw<{ rows: unknown[] }>(
        `DELETE FROM contacts
           WHERE low_id = LEAST(?::text, ?::text) AND high_id = GREATEST(?::text, ?::text)
           RETURNING low_id`,
        [userId, blockedId, userId, blockedId],
      );
      return rows.length > 0;
    });
  }

  async unblock(userId: string, blockedId: string): Promise<void> {
    await this.#db('blocks').where({ user_id: userId, blocked_id: blockedId }).delete();
  }
}

export function mapPerson({ id, name, avatar_id }: PersonRow): PersonView {
  return { id, name, avatarUrl: avatar_id === null ? null : addressOf(avatar_id) };
}

export function mapProfile(row: ProfileRow): ProfileView {
  return { ...mapPerson(row), about: row.about };
}

type PersonRow = Pick<UserRow, 'id' | 'name' | 'avatar_id'>;
export type ProfileRow = PersonRow & Pick<UserRow, 'about'>;
