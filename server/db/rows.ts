import type { SessionRecord, UserRecord } from '../auth/stores.ts';

/** A row of `users`. */
export interface UserRow {
  id: string;
  kind: 'account' | 'guest' | 'deleted';
  email: string | null;
  name: string;
  password_hash: string | null;
  about: string;
  avatar_id: string | null;
  created_at: Date;
}

/** The person in a row; the table's checks make an account's email and hash present. */
export function mapUser(row: UserRow): UserRecord {
  const base = { id: row.id, name: row.name, createdAt: row.created_at.getTime() };
  return row.kind !== 'account'
    ? { ...base, kind: 'guest' }
    : { ...base, kind: 'account', email: row.email ?? '', passwordHash: row.password_hash ?? '' };
}

/** The row of `sessions` for a new session. */
export function sessionRow(session: SessionRecord): Record<string, unknown> {
  return {
    id: session.id,
    user_id: session.userId,
    meeting_id: session.meetingId,
    created_at: new Date(session.createdAt),
    expires_at: new Date(session.expiresAt),
  };
}
