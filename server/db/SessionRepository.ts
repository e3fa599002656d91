import type { Knex } from 'knex';
import type { SessionRecord, SessionStore, UserRecord } from '../auth/stores.ts';
import { mapUser, sessionRow, type UserRow } from './rows.ts';

/** Keeps sessions in PostgreSQL or PGlite. */
export class SessionRepository implements SessionStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async insert(session: SessionRecord): Promise<void> {
    await this.#db('sessions').insert(sessionRow(session));
  }

  async findActive(
    id: string,
    now: number,
  ): Promise<{ session: SessionRecord; user: UserRecord } | null> {
    const row = await this.#db('sessions')
      .join('users', 'users.id', 'sessions.user_id')
      .where('sessions.id', id)
      .whereNot('users.kind', 'deleted')
      .whereNull('sessions.revoked_at')
      .where('sessions.expires_at', '>', new Date(now))
      .first<(ActiveRow & UserRow) | undefined>(
        'users.*',
        'sessions.id as session_id',
        'sessions.meeting_id',
        'sessions.created_at as session_created_at',
        'sessions.expires_at',
      );
    if (!row) return null;
    return {
      session: {
        id: row.session_id,
        userId: row.id,
        meetingId: row.meeting_id,
        createdAt: row.session_created_at.getTime(),
        expiresAt: row.expires_at.getTime(),
      },
      user: mapUser(row),
    };
  }

  async revoke(id: string, now: number): Promise<boolean> {
    const count = await this.#db('sessions')
      .where({ id })
      .whereNull('revoked_at')
      .update({ revoked_at: new Date(now) });
    return count > 0;
  }

  async listRevoked(ids: readonly string[]): Promise<string[]> {
    return (
      this.#db('sessions')
        .whereNotNull('revoked_at')
        // As one JSON parameter: a node may have any number of connections.
        .whereRaw('id IN (SELECT jsonb_array_elements_text(?::jsonb))', [JSON.stringify(ids)])
        .pluck<string[]>('id')
    );
  }

  async purgeExpired(now: number): Promise<number> {
    return this.#db.transaction(async (transaction) => {
      const gone = await transaction<{ user_id: string; expires_at: Date }>('sessions')
        .where('expires_at', '<', new Date(now))
        .delete()
        .returning('user_id');
      if (gone.length === 0) return 0;
      // As one JSON parameter: a statement has room for 65,535 of them at most.
      await transaction.raw(
        `DELETE FROM users WHERE kind = 'guest'
           AND id IN (SELECT jsonb_array_elements_text(?::jsonb))
           AND NOT EXISTS (SELECT 1 FROM sessions WHERE sessions.user_id = users.id)`,
        [JSON.stringify([...new Set(gone.map((row) => row.user_id))])],
      );
      return gone.length;
    });
  }
}

interface ActiveRow {
  session_id: string;
  meeting_id: string | null;
  session_created_at: Date;
  expires_at: Date;
}
