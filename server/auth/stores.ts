/** Times are milliseconds since the Unix epoch. */
interface UserBase {
  id: string;
  name: string;
  createdAt: number;
}
export interface AccountRecord extends UserBase {
  kind: 'account';
  /** In lower case. */
  email: string;
  passwordHash: string;
}
export interface GuestRecord extends UserBase {
  kind: 'guest';
}
export type UserRecord = AccountRecord | GuestRecord;

export interface SessionRecord {
  id: string;
  userId: string;
  /** The one meeting that a guest's session opens; null for accounts. */
  meetingId: string | null;
  createdAt: number;
  expiresAt: number;
}

/** Durable people. */
export interface UserStore {
  /**
   * Stores a new person and their first session, both or neither.
   * @throws AppError CONFLICT when another account has the email
   */
  insertWithSession(user: UserRecord, session: SessionRecord): Promise<void>;
  findAccountByEmail(email: string): Promise<AccountRecord | null>;
  /** Replaces the hash unless the password was changed since `previous` was read. */
  replacePasswordHash(id: string, previous: string, next: string): Promise<void>;
}

/** Durable sessions. */
export interface SessionStore {
  insert(session: SessionRecord): Promise<void>;
  /** The session and its person, unless it is unknown, revoked or over at `now`. */
  findActive(id: string, now: number): Promise<{ session: SessionRecord; user: UserRecord } | null>;
  /** False when there was nothing to revoke. */
  revoke(id: string, now: number): Promise<boolean>;
  /** Which of the sessions were revoked. */
  listRevoked(ids: readonly string[]): Promise<string[]>;
  /** Deletes sessions that were over before `now` and guests who have none left; answers how many sessions. */
  purgeExpired(now: number): Promise<number>;
}
