import { EventEmitter } from 'node:events';
import type { Account, Guest } from '../../protocol/rest.ts';
import { AppError } from '../core/AppError.ts';
import { createId } from '../core/ids.ts';
import type { Logger } from '../core/logger.ts';
import { hashPassword, needsRehash, verifyPassword } from './passwords.ts';
import type { Principal } from './Principal.ts';
import type { RateLimits } from './RateLimits.ts';
import { SessionCache } from './SessionCache.ts';
import type {
  AccountRecord,
  GuestRecord,
  SessionRecord,
  SessionStore,
  UserStore,
} from './stores.ts';
import { signToken, verifyToken, type Claims } from './tokens.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const PURGE_INTERVAL_MS = HOUR_MS;

export interface AuthEvents {
  /** The session is over: whatever is connected with it must be cut. */
  'session-revoked': [sessionId: string];
  /** The same, and other nodes do not know of it yet. */
  'session-ended-here': [sessionId: string];
  /** Whoever is connected is called otherwise from now on. */
  renamed: [userId: string, name: string];
}

interface AuthServiceOptions {
  users: UserStore;
  sessions: SessionStore;
  rateLimits: RateLimits;
  logger: Logger;
  jwtSecret: string;
  sessionTtlDays: number;
  guestTtlHours: number;
}

interface Login {
  email: string;
  password: string;
  /** Where the request comes from, as `clientAddress` gives it. */
  address: string;
  deviceId?: string;
}

/** Accounts, guests, their sessions and tokens. */
export class AuthService {
  readonly events = new EventEmitter<AuthEvents>();
  readonly #options: AuthServiceOptions;
  readonly #cache = new SessionCache();
  readonly #purgeTimer: NodeJS.Timeout;

  constructor(options: AuthServiceOptions) {
    this.#options = options;
    this.#purgeTimer = setInterval(() => void this.#purge(), PURGE_INTERVAL_MS);
    this.#purgeTimer.unref();
  }

  /** @throws AppError CONFLICT when the email has an account, RATE_LIMITED */
  async signup(input: {
    email: string;
    name: string;
    password: string;
    address: string;
  }): Promise<{ token: string; user: Account }> {
    await this.#options.rateLimits.consume('signupPerAddress', input.address);
    const now = Date.now();
    const user: AccountRecord = {
      kind: 'account',
      id: createId(),
      email: input.email,
      name: input.name,
      passwordHash: await hashPassword(input.password),
      createdAt: now,
    };
    const session = this.#accountSession(user.id, now);
    await this.#options.users.insertWithSession(user, session);
    this.#options.logger.info({ userId: user.id }, 'account created');
    return { token: this.#tokenOf(user, session), user: present(user) };
  }

  /** @throws AppError UNAUTHENTICATED when email and password do not belong together, RATE_LIMITED */
  async login({
    email,
    password,
    address,
    deviceId,
  }: Login): Promise<{ token: string; user: Account }> {
    const { users, sessions, rateLimits } = this.#options;
    const account = await rateLimits.guess(
      [
        { name: 'loginPerAddress', key: address },
        ...(deviceId === undefined ? [] : [{ name: 'loginPerDevice' as const, key: deviceId }]),
        { name: 'loginPerAccountAndAddress', key: `${email} ${address}` },
        { name: 'loginPerAccount', key: email },
      ],
      async () => {
        const found = await users.findAccountByEmail(email);
        return (await verifyPassword(found?.passwordHash ?? null, password)) ? found : null;
      },
    );
    if (!account) {
      throw new AppError('UNAUTHENTICATED', { message: 'This email and password do not match.' });
    }
    if (needsRehash(account.passwordHash)) {
      await users.replacePasswordHash(
        account.id,
        account.passwordHash,
        await hashPassword(password),
      );
    }
    const session = this.#accountSession(account.id, Date.now());
    await sessions.insert(session);
    return { token: this.#tokenOf(account, session), user: present(account) };
  }

  /**
   * A person known by name only, with a session for one meeting. The caller has checked that the
   * meeting exists and takes guests.
   */
  async createGuest(input: {
    meetingId: string;
    name: string;
  }): Promise<{ token: string; user: Guest }> {
    const now = Date.now();
    const user: GuestRecord = { kind: 'guest', id: createId(), name: input.name, createdAt: now };
    const session: SessionRecord = {
      id: createId(),
      userId: user.id,
      meetingId: input.meetingId,
      createdAt: now,
      expiresAt: now + this.#options.guestTtlHours * HOUR_MS,
    };
    await this.#options.users.insertWithSession(user, session);
    return {
      token: this.#tokenOf(user, session),
      user: { id: user.id, name: user.name, guest: true },
    };
  }

  /** Ends the session: its token is worth nothing from here on. Idempotent. */
  async logout({ sessionId }: Principal): Promise<void> {
    await this.#options.sessions.revoke(sessionId, Date.now());
    this.handleRevoked(sessionId);
    this.events.emit('session-ended-here', sessionId);
  }

  /** These sessions are in no database any more. */
  handleEnded(sessionIds: readonly string[]): void {
    for (const sessionId of sessionIds) {
      this.handleRevoked(sessionId);
      this.events.emit('session-ended-here', sessionId);
    }
  }

  /** An account has another name, by this node or another one. */
  handleRenamed(userId: string, name: string): void {
    this.#cache.forgetUser(userId);
    this.events.emit('renamed', userId, name);
  }

  /** @throws AppError FORBIDDEN unless it is their password, RATE_LIMITED */
  async assertPassword(
    { email }: Extract<Principal, { kind: 'account' }>,
    password: string,
    address: string,
  ): Promise<void> {
    const { users, rateLimits } = this.#options;
    const isRight = await rateLimits.guess(
      [
        { name: 'loginPerAddress', key: address },
        { name: 'loginPerAccountAndAddress', key: `${email} ${address}` },
        { name: 'loginPerAccount', key: email },
      ],
      async () => {
        const found = await users.findAccountByEmail(email);
        return verifyPassword(found?.passwordHash ?? null, password);
      },
    );
    if (!isRight) throw new AppError('FORBIDDEN', { message: 'This is not your password.' });
  }

  /** A session was ended, here or on another node. */
  handleRevoked(sessionId: string): void {
    this.#cache.revoke(sessionId, Date.now());
    this.events.emit('session-revoked', sessionId);
  }

  /** Acts on those of the sessions that were revoked where this process was not told of it. */
  async findRevoked(sessionIds: readonly string[]): Promise<void> {
    if (sessionIds.length === 0) return;
    const revoked = await this.#options.sessions.listRevoked(sessionIds);
    for (const sessionId of revoked) this.handleRevoked(sessionId);
    if (revoked.length > 0) {
      this.#options.logger.info({ count: revoked.length }, 'revoked sessions found');
    }
  }

  /** @throws AppError UNAUTHENTICATED when the token is bad, expired or revoked */
  async authenticate(token: string): Promise<Principal> {
    const { sid } = verifyToken(token, this.#options.jwtSecret);
    const known = this.#cache.get(sid, Date.now());
    if (known) return known;
    const active = await this.#options.sessions.findActive(sid, Date.now());
    // It may have been revoked while the database answered.
    if (!active || this.#cache.isRevoked(sid)) {
      throw new AppError('UNAUTHENTICATED', { message: 'Your session is over. Sign in again.' });
    }
    const { session, user } = active;
    const principal = principalOf(session, user);
    this.#cache.set(principal, session.expiresAt, Date.now());
    return principal;
  }

  /**
   * Whether this process has just ended the session. Ask it after an `await` that followed
   * `authenticate`, before listening for `session-revoked`: the event may have passed in between.
   */
  isRevoked(sessionId: string): boolean {
    return this.#cache.isRevoked(sessionId);
  }

  /** Stops the housekeeping. Idempotent. */
  close(): void {
    clearInterval(this.#purgeTimer);
    this.events.removeAllListeners();
  }

  #accountSession(userId: string, now: number): SessionRecord {
    return {
      id: createId(),
      userId,
      meetingId: null,
      createdAt: now,
      expiresAt: now + this.#options.sessionTtlDays * DAY_MS,
    };
  }

  #tokenOf(user: AccountRecord | GuestRecord, session: SessionRecord): string {
    const content: Claims = {
      sub: user.id,
      sid: session.id,
      kind: user.kind,
      name: user.name,
      ...(session.meetingId !== null && { mtg: session.meetingId }),
    };
    return signToken(content, this.#options.jwtSecret, session.expiresAt);
  }

  async #purge(): Promise<void> {
    try {
      const count = await this.#options.sessions.purgeExpired(Date.now());
      if (count > 0) this.#options.logger.info({ count }, 'expired sessions purged');
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'expired sessions not purged');
    }
  }
}

function present({ id, email, name }: AccountRecord): Account {
  return { id, email, name };
}

function principalOf(session: SessionRecord, user: AccountRecord | GuestRecord): Principal {
  const base = { userId: user.id, name: user.name, sessionId: session.id };
  if (user.kind === 'account') return { ...base, kind: 'account', email: user.email };
  if (session.meetingId === null) throw new AppError('UNAUTHENTICATED');
  return { ...base, kind: 'guest', meetingId: session.meetingId };
}
