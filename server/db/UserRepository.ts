import type { Knex } from 'knex';
import type { AccountRecord, SessionRecord, UserRecord, UserStore } from '../auth/stores.ts';
import { AppError } from '../core/AppError.ts';
import { isUniqueViolation } from './errors.ts';
import { mapUser, sessionRow, type UserRow } from './rows.ts';

/** Keeps people in PostgreSQL or PGlite. */
export class UserRepository implements UserStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async insertWithSession(user: UserRecord, session: SessionRecord): Promise<void> {
    try {
      await this.#db.transaction(async (transaction) => {
        await transaction('users').insert({
          id: user.id,
          kind: user.kind,
          email: user.kind === 'account' ? user.email : null,
          name: user.name,
          password_hash: user.kind === 'account' ? user.passwordHash : null,
          created_at: new Date(user.createdAt),
        });
        await transaction('sessions').insert(sessionRow(session));
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new AppError('CONFLICT', {
        message: 'There is an account with this email already.',
        cause: error,
      });
    }
  }

  async findAccountByEmail(email: string): Promise<AccountRecord | null> {
    const row = await this.#db<UserRow>('users').where({ email, kind: 'account' }).first();
    if (!row) return null;
    const user = mapUser(row);
    return user.kind === 'account' ? user : null;
  }

  /** Of those of the ids that are accounts, in no order. */
  async emailsOf(ids: readonly string[]): Promise<string[]> {
    return this.#db('users')
      .whereIn('id', [...ids])
      .where({ kind: 'account' })
      .pluck<string[]>('email');
  }

  async replacePasswordHash(id: string, previous: string, next: string): Promise<void> {
    await this.#db('users').where({ id, password_hash: previous }).update({ password_hash: next });
  }
}
