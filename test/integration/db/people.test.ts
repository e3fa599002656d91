import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/db/openDatabase.ts';
import { BACKENDS } from '../../support/backends.ts';
import {
  accountRecord,
  guestRecord,
  meetingRecord,
  openTestDatabase,
  participantRecord,
  sessionRecord,
  T0,
} from '../../support/database.ts';

describe.each(BACKENDS)('people and sessions on %s', (backend) => {
  let db: Database;
  beforeAll(async () => {
    db = await openTestDatabase(backend);
  });
  afterAll(() => db.close());

  const addAccount = async (values: Parameters<typeof accountRecord>[0] = {}) => {
    const account = accountRecord(values);
    const session = sessionRecord(account.id);
    await db.users.insertWithSession(account, session);
    return { account, session };
  };
  const addMeeting = async () => {
    const { account } = await addAccount();
    const meeting = meetingRecord(account.id);
    await db.meetings.insert(meeting);
    return meeting;
  };
  const conflict = expect.objectContaining({ code: 'CONFLICT' }) as object;

  test('an account is found as it was stored', async () => {
    const { account } = await addAccount({ name: 'Žofie “O’Neil” 👩‍🚀' });
    expect(await db.users.findAccountByEmail(account.email)).toEqual(account);
    expect(await db.users.findAccountByEmail('nobody@example.org')).toBeNull();
  });

  test('an email has one account, also when many ask at once', async () => {
    const email = `${randomUUID()}@example.org`;
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, async () => addAccount({ email })),
    );
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(9);
    for (const { reason } of refused) expect(reason).toEqual(conflict);
  });

  test('a person is stored with their session or not at all', async () => {
    const { session } = await addAccount();
    const account = accountRecord();
    await expect(
      db.users.insertWithSession(account, sessionRecord(account.id, { id: session.id })),
    ).rejects.toThrow();
    expect(await db.users.findAccountByEmail(account.email)).toBeNull();
  });

  test('a hash is replaced unless the password was changed meanwhile', async () => {
    const { account } = await addAccount({ passwordHash: 'first' });
    const hash = async () => (await db.users.findAccountByEmail(account.email))?.passwordHash;
    await db.users.replacePasswordHash(account.id, 'first', 'second');
    expect(await hash()).toBe('second');
    await db.users.replacePasswordHash(account.id, 'first', 'third');
    expect(await hash()).toBe('second');
  });

  test('a session is active until it is over', async () => {
    const { account, session } = await addAccount();
    expect(await db.sessions.findActive(session.id, T0)).toEqual({ session, user: account });
    expect(await db.sessions.findActive(session.id, session.expiresAt - 1)).not.toBeNull();
    expect(await db.sessions.findActive(session.id, session.expiresAt)).toBeNull();
    expect(await db.sessions.findActive(randomUUID(), T0)).toBeNull();
  });

  test('a session is active until it is revoked, and the others stay', async () => {
    const { account, session } = await addAccount();
    const other = sessionRecord(account.id);
    await db.sessions.insert(other);
    const revoked = await Promise.all(
      Array.from({ length: 5 }, () => db.sessions.revoke(session.id, T0)),
    );
    expect(revoked.filter(Boolean)).toHaveLength(1);
    expect(await db.sessions.findActive(session.id, T0)).toBeNull();
    expect(await db.sessions.findActive(other.id, T0)).not.toBeNull();
    expect(await db.sessions.revoke(randomUUID(), T0)).toBe(false);
  });

  test('a guest’s session names its meeting', async () => {
    const meeting = await addMeeting();
    const guest = guestRecord();
    const session = sessionRecord(guest.id, { meetingId: meeting.id });
    await db.users.insertWithSession(guest, session);
    expect(await db.sessions.findActive(session.id, T0)).toEqual({ session, user: guest });
  });

  test('sessions that are over are purged, with guests who have none left, never accounts', async () => {
    const meeting = await addMeeting();
    const later = T0 + 10 * 3_600_000;
    const { account } = await addAccount();
    const gone = guestRecord();
    await db.users.insertWithSession(gone, sessionRecord(gone.id, { meetingId: meeting.id }));
    await db.participants.enter({ meetingId: meeting.id, epoch: 0 }, [
      participantRecord(meeting.id, gone.id),
    ]);
    const here = guestRecord();
    const lasting = sessionRecord(here.id, { meetingId: meeting.id, expiresAt: later + 1 });
    await db.users.insertWithSession(here, sessionRecord(here.id, { meetingId: meeting.id }));
    await db.sessions.insert(lasting);

    expect(await db.sessions.purgeExpired(later)).toBeGreaterThanOrEqual(3);
    expect(await db.sessions.purgeExpired(later)).toBe(0);
    expect(await db.users.findAccountByEmail(account.email)).toEqual(account);
    expect(await db.sessions.findActive(lasting.id, later)).not.toBeNull();
    // The guest's id is free again: the row is gone.
    await db.users.insertWithSession(gone, sessionRecord(gone.id, { meetingId: meeting.id }));
    // Their stay is kept.
    expect((await db.meetings.listForUser(gone.id, { limit: 1 })).meetings).toHaveLength(1);
  });

  test('answers a ping', async () => {
    await db.ping();
  });
});
