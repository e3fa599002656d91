import { randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EDGE_BACKENDS, databaseEnv } from '../../support/backends.ts';
import { extent } from '../../support/extent.ts';
import { call, createMeeting, enterAsGuest, signUp } from '../../support/people.ts';
import { TestClient } from '../../support/TestClient.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

const JWT_SECRET = 'a secret of this test, 32 bytes or more';
/** Of a school, say. */
const GUESTS = extent(500, 100);
const PASSWORD = 'correct horse battery';

describe.each(EDGE_BACKENDS)('accounts over HTTP on %s', (backend) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({
      ...(await databaseEnv(backend)),
      PARLEY_AUTH_JWT_SECRET: JWT_SECRET,
      PARLEY_LIMITS_LOGIN_PER_ACCOUNT_AND_ADDRESS_POINTS: '3',
    });
  });
  afterAll(() => server.close());

  const newEmail = () => `${randomUUID()}@example.org`;
  const me = (token: string) => call(server, 'me', { token });

  test('sign up, who am I, sign in', async () => {
    const email = newEmail();
    const body = { email: email.toUpperCase(), name: '  Ada Lovelace ', password: PASSWORD };
    const { token, user } = await call(server, 'signup', { body });
    expect(user).toEqual({ id: user.id, email, name: 'Ada Lovelace' });
    expect(await me(token)).toEqual({ user, operator: false });
    const again = await call(server, 'login', { body: { email, password: PASSWORD } });
    expect(again.user).toEqual(user);
    expect(again.token).not.toBe(token);
  });

  test('an email has one account', async () => {
    const body = { email: newEmail(), name: 'Ada', password: PASSWORD };
    await call(server, 'signup', { body });
    await expect(call(server, 'signup', { body })).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test.each([
    ['a short password', { password: 'short' }],
    ['no email', { email: 'ada' }],
    ['no name', { name: '  ' }],
    ['a name of control characters', { name: 'a\u0000b' }],
    ['a field too many', { admin: true }],
  ])('%s is refused', async (_, wrong) => {
    const body = { email: newEmail(), name: 'Ada', password: PASSWORD, ...wrong };
    await expect(call(server, 'signup', { body })).rejects.toMatchObject({
      code: 'INVALID_PAYLOAD',
    });
  });

  test('guesses at a password are refused after a few, and nobody else is', async () => {
    const email = newEmail();
    await call(server, 'signup', { body: { email, name: 'Ada', password: PASSWORD } });
    const guess = (password: string) => call(server, 'login', { body: { email, password } });
    for (let n = 0; n < 3; n++) {
      await expect(guess('a wrong guess')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    await expect(guess(PASSWORD)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    const other = newEmail();
    await call(server, 'signup', { body: { email: other, name: 'Grace', password: PASSWORD } });
    await call(server, 'login', { body: { email: other, password: PASSWORD } });
  });

  test('logout ends the session: its token, its sockets, and no other', async () => {
    const email = newEmail();
    const body = { email, name: 'Ada', password: PASSWORD };
    const first = await call(server, 'signup', { body });
    const second = await call(server, 'login', { body: { email, password: PASSWORD } });
    const sockets = [
      await TestClient.connect(server.url, first.token),
      await TestClient.connect(server.url, second.token),
    ] as const;
    const cut = new Promise((resolve) => sockets[0].socket.once('disconnect', resolve));

    await call(server, 'logout', { token: first.token });
    await cut;
    expect(sockets[1].socket.connected).toBe(true);
    await expect(me(first.token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(TestClient.connect(server.url, first.token)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    await me(second.token);
    sockets.forEach((client) => client.close());
  });

  test.each([
    [
      'of another secret',
      jwt.sign({ sid: 's', sub: 'u', kind: 'account', name: 'x' }, 'x'.repeat(32)),
    ],
    ['without signature', jwt.sign({ sid: 's' }, '', { algorithm: 'none' })],
    ['of a session that does not exist', tokenOf(randomUUID())],
    ['that is no token', 'x'],
  ])('a token %s is refused', async (_, token) => {
    await expect(me(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('a guest enters by name, for one meeting', async () => {
    const host = await signUp(server);
    const meeting = await createMeeting(server, host);
    const guest = await enterAsGuest(server, meeting.code.replaceAll('-', '').toUpperCase());
    expect(await me(guest.token)).toEqual({
      user: { id: guest.userId, name: 'Grace', guest: true },
      operator: false,
    });
    for (const refused of [
      call(server, 'createMeeting', { token: guest.token, body: { title: 'Mine' } }),
      call(server, 'listMeetings', { token: guest.token }),
      call(server, 'endMeeting', { token: guest.token, params: { idOrCode: meeting.id } }),
    ]) {
      await expect(refused).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
  });

  test('a guest is refused where guests are not welcome, or there is nothing', async () => {
    const host = await signUp(server);
    const closed = await createMeeting(server, host, { allowGuests: false });
    const ended = await createMeeting(server, host);
    await call(server, 'endMeeting', { token: host.token, params: { idOrCode: ended.id } });
    for (const [meeting, code] of [
      [closed.id, 'GUESTS_NOT_ALLOWED'],
      [ended.code, 'ENDED'],
      ['bcd-fgh-jkm', 'NOT_FOUND'],
      [randomUUID(), 'NOT_FOUND'],
    ] as const) {
      await expect(enterAsGuest(server, meeting)).rejects.toMatchObject({ code });
    }
  });

  test(
    `${GUESTS} guests behind one address enter within a minute`,
    { timeout: 60_000 },
    async () => {
      const host = await signUp(server);
      const { code } = await createMeeting(server, host);
      const guests = await Promise.all(
        Array.from({ length: GUESTS }, async (_, n) => {
          await call(server, 'readMeeting', { params: { idOrCode: code } });
          const guest = await enterAsGuest(server, code, `Pupil ${n}`);
          await me(guest.token);
          return guest.userId;
        }),
      );
      expect(new Set(guests).size).toBe(GUESTS);
    },
  );
});

function tokenOf(sessionId: string): string {
  const claims = { sub: 'u', sid: sessionId, kind: 'account', name: 'x' };
  return jwt.sign(claims, JWT_SECRET, { issuer: 'parley', audience: 'parley', expiresIn: 60 });
}
