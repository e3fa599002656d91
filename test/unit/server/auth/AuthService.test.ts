import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { hash } from '@node-rs/argon2';
import { AuthService } from '../../../../server/auth/AuthService.ts';
import { RateLimits } from '../../../../server/auth/RateLimits.ts';
import type {
  AccountRecord,
  SessionRecord,
  SessionStore,
  UserRecord,
  UserStore,
} from '../../../../server/auth/stores.ts';
import { configSchema } from '../../../../server/config/schema.ts';
import { AppError } from '../../../../server/core/AppError.ts';

const ADA = { email: 'ada@example.org', name: 'Ada', password: 'correct horse battery' };
const HERE = '192.0.2.1';

/** Both stores in memory. */
class MemoryStore implements UserStore, SessionStore {
  readonly users = new Map<string, UserRecord>();
  readonly sessions = new Map<string, SessionRecord & { revokedAt?: number }>();

  insertWithSession(user: UserRecord, session: SessionRecord) {
    const taken = user.kind === 'account' && this.#byEmail(user.email) !== null;
    if (taken) return Promise.reject(new AppError('CONFLICT'));
    this.users.set(user.id, user);
    return this.insert(session);
  }
  findAccountByEmail(email: string) {
    return Promise.resolve(this.#byEmail(email));
  }
  replacePasswordHash(id: string, previous: string, next: string) {
    const user = this.users.get(id);
    if (user?.kind === 'account' && user.passwordHash === previous) user.passwordHash = next;
    return Promise.resolve();
  }
  insert(session: SessionRecord) {
    this.sessions.set(session.id, session);
    return Promise.resolve();
  }
  findActive(id: string, now: number) {
    const session = this.sessions.get(id);
    const user = session && this.users.get(session.userId);
    const active = user && session.revokedAt === undefined && session.expiresAt > now;
    return Promise.resolve(active ? { session, user } : null);
  }
  revoke(id: string, now: number) {
    const session = this.sessions.get(id);
    if (!session || session.revokedAt !== undefined) return Promise.resolve(false);
    session.revokedAt = now;
    return Promise.resolve(true);
  }
  listRevoked(ids: readonly string[]) {
    return Promise.resolve(ids.filter((id) => this.sessions.get(id)?.revokedAt !== undefined));
  }
  purgeExpired() {
    return Promise.resolve(0);
  }
  #byEmail(email: string): AccountRecord | null {
    for (const user of this.users.values()) {
      if (user.kind === 'account' && user.email === email) return user;
    }
    return null;
  }
}

let store: MemoryStore;
let auth: AuthService;

function createAuth(limits: object = {}): AuthService {
  const { limits: configured, auth: settings } = configSchema.parse({ limits });
  return new AuthService({
    users: store,
    sessions: store,
    rateLimits: new RateLimits(configured),
    logger: pino({ level: 'silent' }),
    jwtSecret: 's'.repeat(32),
    sessionTtlDays: settings.sessionTtlDays,
    guestTtlHours: settings.guestTtlHours,
  });
}

beforeEach(() => {
  store = new MemoryStore();
  auth = createAuth();
});
afterEach(() => {
  auth.close();
  vi.useRealTimers();
});

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'none',
    (error: unknown) => (error as AppError).code,
  );

test('signs up, and the token is the account', async () => {
  const { token, user } = await auth.signup({ ...ADA, address: HERE });
  expect(user).toEqual({ id: user.id, email: ADA.email, name: ADA.name });
  expect(await auth.authenticate(token)).toMatchObject({
    kind: 'account',
    userId: user.id,
    email: ADA.email,
  });
  expect(JSON.stringify([...store.users.values()])).not.toContain(ADA.password);
});

test('has one account per email', async () => {
  await auth.signup({ ...ADA, address: HERE });
  expect(await codeOf(auth.signup({ ...ADA, name: 'Eve', address: HERE }))).toBe('CONFLICT');
});

test('signs in with the right password only, and says no more than that', async () => {
  await auth.signup({ ...ADA, address: HERE });
  const { user } = await auth.login({ ...ADA, address: HERE });
  expect(user.name).toBe('Ada');
  const refusals = await Promise.all(
    [
      { email: ADA.email, password: 'wrong horse battery' },
      { email: 'nobody@example.org', password: ADA.password },
    ].map((login) => auth.login({ ...login, address: HERE }).catch((error: unknown) => error)),
  );
  const [wrong, unknown] = refusals as AppError[];
  expect(wrong?.code).toBe('UNAUTHENTICATED');
  expect(unknown?.toBody()).toEqual(wrong?.toBody());
});

test('stops guesses at one account from one address without stopping its owner elsewhere', async () => {
  auth.close();
  auth = createAuth({ loginPerAccountAndAddress: { points: 2, perSec: 900 } });
  await auth.signup({ ...ADA, address: HERE });
  const guess = () => auth.login({ email: ADA.email, password: 'a wrong guess', address: HERE });
  expect(await codeOf(guess())).toBe('UNAUTHENTICATED');
  expect(await codeOf(guess())).toBe('UNAUTHENTICATED');
  expect(await codeOf(auth.login({ ...ADA, address: HERE }))).toBe('RATE_LIMITED');
  expect(await codeOf(auth.login({ ...ADA, address: '198.51.100.7' }))).toBe('none');
});

test('stops guesses at one account from many addresses', async () => {
  auth.close();
  auth = createAuth({ loginPerAccount: { points: 3, perSec: 900 } });
  const codes = [];
  for (let i = 1; i <= 4; i++) {
    const login = { email: ADA.email, password: 'a wrong guess', address: `192.0.2.${i}` };
    codes.push(await codeOf(auth.login(login)));
  }
  expect(codes).toEqual([...Array<string>(3).fill('UNAUTHENTICATED'), 'RATE_LIMITED']);
});

test('stops one device guessing at many accounts, and no other device beside it', async () => {
  auth.close();
  auth = createAuth({ loginPerDevice: { points: 2, perSec: 900 } });
  await auth.signup({ ...ADA, address: HERE });
  const guess = (email: string) =>
    codeOf(auth.login({ email, password: 'a wrong guess', address: HERE, deviceId: 'pc-1' }));
  expect(await guess('a@example.org')).toBe('UNAUTHENTICATED');
  expect(await guess('b@example.org')).toBe('UNAUTHENTICATED');
  expect(await guess('c@example.org')).toBe('RATE_LIMITED');
  expect(await codeOf(auth.login({ ...ADA, address: HERE, deviceId: 'pc-2' }))).toBe('none');
  expect(await codeOf(auth.login({ ...ADA, address: HERE }))).toBe('none');
});

test('makes a weaker hash anew at sign-in', async () => {
  const { user } = await auth.signup({ ...ADA, address: HERE });
  const record = store.users.get(user.id) as AccountRecord;
  const weak = await hash(ADA.password, { memoryCost: 8_192, timeCost: 1, parallelism: 1 });
  record.passwordHash = weak;
  await auth.login({ ...ADA, address: HERE });
  expect(record.passwordHash).not.toBe(weak);
  await auth.login({ ...ADA, address: HERE });
});

test('a guest is good for one meeting', async () => {
  const { token, user } = await auth.createGuest({ meetingId: 'm1', name: 'Grace' });
  expect(user).toEqual({ id: user.id, name: 'Grace', guest: true });
  expect(await auth.authenticate(token)).toMatchObject({ kind: 'guest', meetingId: 'm1' });
});

test('logout ends that session, tells who is listening, and no other session', async () => {
  const first = await auth.signup({ ...ADA, address: HERE });
  const second = await auth.login({ ...ADA, address: HERE });
  const revoked: string[] = [];
  auth.events.on('session-revoked', (sessionId) => revoked.push(sessionId));
  const principal = await auth.authenticate(first.token);

  await auth.logout(principal);
  expect(revoked).toEqual([principal.sessionId]);
  expect(auth.isRevoked(principal.sessionId)).toBe(true);
  expect(await codeOf(auth.authenticate(first.token))).toBe('UNAUTHENTICATED');
  expect(await codeOf(auth.authenticate(second.token))).toBe('none');
  await auth.logout(principal);
});

test('a session revoked while the database answers does not authenticate', async () => {
  const { token } = await auth.signup({ ...ADA, address: HERE });
  const [session] = store.sessions.values();
  const gate = Promise.withResolvers<undefined>();
  const answer = await store.findActive(session?.id ?? '', Date.now());
  vi.spyOn(store, 'findActive').mockImplementation(() => gate.promise.then(() => answer));
  const authenticating = codeOf(auth.authenticate(token));
  await auth.logout({
    kind: 'account',
    userId: session?.userId ?? '',
    sessionId: session?.id ?? '',
    name: ADA.name,
    email: ADA.email,
  });
  gate.resolve(undefined);
  expect(await authenticating).toBe('UNAUTHENTICATED');
});

test('refuses a token when its time is over', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { token } = await auth.createGuest({ meetingId: 'm1', name: 'Grace' });
  await auth.authenticate(token);
  vi.setSystemTime(Date.now() + 12 * 3_600_000);
  expect(await codeOf(auth.authenticate(token))).toBe('UNAUTHENTICATED');
});

test('500 people behind one address sign in within a minute', { timeout: 60_000 }, async () => {
  const passwordHash = await hash(ADA.password, {
    memoryCost: 19_456,
    timeCost: 2,
    parallelism: 1,
  });
  for (let i = 0; i < 500; i++) {
    const user = { kind: 'account', id: `u${i}`, email: `p${i}@example.org`, name: 'P' } as const;
    store.users.set(user.id, { ...user, passwordHash, createdAt: 0 });
  }
  const began = performance.now();
  const logins = await Promise.all(
    Array.from({ length: 500 }, (_, i) =>
      auth.login({ email: `p${i}@example.org`, password: ADA.password, address: HERE }),
    ),
  );
  expect(new Set(logins.map(({ token }) => token)).size).toBe(500);
  expect(performance.now() - began).toBeLessThan(60_000);
});
