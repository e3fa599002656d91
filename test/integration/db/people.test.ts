import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/db/openDatabase.ts';
import type { ParticipantRecord } from '../../../server/meetings/stores.ts';
import { versionOf } from '../../../server/db/avatarAddresses.ts';
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

  describe('pictures', () => {
    const content = new Uint8Array([1, 2, 3]);
    const addPicture = async () => {
      const { account } = await addAccount();
      const pictureId = randomUUID();
      await db.profiles.setAvatar(account.id, { id: pictureId, content });
      return { userId: account.id, pictureId };
    };
    const addGuest = async (meetingId: string) => {
      const guest = guestRecord();
      await db.users.insertWithSession(guest, sessionRecord(guest.id, { meetingId }));
      return guest.id;
    };
    const seen = async (viewerId: string, { userId, pictureId }: Picture) => {
      const found = await db.profiles.findAvatarFor(viewerId, userId, versionOf(pictureId));
      return found && new Uint8Array(found);
    };

    test('are for accounts who are not apart, by their version', async () => {
      const [ada, { account: alan }] = [await addPicture(), await addAccount()];
      expect(await seen(alan.id, ada)).toEqual(content);
      expect(await seen(alan.id, { ...ada, pictureId: 'another' })).toBeNull();
      expect(await seen('nobody', ada)).toBeNull();
      for (const [one, other] of [
        [ada.userId, alan.id],
        [alan.id, ada.userId],
      ] as const) {
        await db.people.block(one, other, T0);
        expect(await seen(alan.id, ada)).toBeNull();
        await db.people.unblock(one, other);
      }
      expect(await seen(alan.id, ada)).toEqual(content);
    });

    test('are for guests while both are in a meeting', async () => {
      const [ada, meeting] = [await addPicture(), await addMeeting()];
      const fence = { meetingId: meeting.id, epoch: 0 };
      const guestId = await addGuest(meeting.id);
      const own = participantRecord(meeting.id, guestId);
      await db.participants.enter(fence, [participantRecord(meeting.id, ada.userId)]);
      expect(await seen(guestId, ada)).toBeNull();
      await db.participants.enter(fence, [own]);
      expect(await seen(guestId, ada)).toEqual(content);
      await db.participants.leave(fence, [departure(own)]);
      expect(await seen(guestId, ada)).toBeNull();
    });

    test('have an address of those who have one, which changes when they are moved', async () => {
      const [ada, { account: alan }] = [await addPicture(), await addAccount()];
      const addressOf = async () =>
        (await db.profiles.picturesOf([ada.userId, alan.id])).get(ada.userId);
      expect((await db.profiles.picturesOf([])).size).toBe(0);
      expect([...(await db.profiles.picturesOf([ada.userId, alan.id])).keys()]).toEqual([
        ada.userId,
      ]);
      const before = await addressOf();
      const moved = { ...ada, pictureId: randomUUID() };
      expect(await db.profiles.moveAvatar(ada.userId, moved.pictureId)).toMatchObject({
        avatarUrl: `/api/avatars/${moved.pictureId}`,
      });
      expect(await addressOf()).not.toBe(before);
      expect(await db.profiles.findAvatar(ada.pictureId)).toBeNull();
      expect(await db.profiles.findAvatar(moved.pictureId)).not.toBeNull();
      expect([await seen(alan.id, ada), await seen(alan.id, moved)]).toEqual([null, content]);
      expect(await db.profiles.moveAvatar(alan.id, randomUUID())).toBeNull();
    });

    test('are shown by the meetings that somebody is in or waits for', async () => {
      const { account: ada } = await addAccount();
      const [entered, awaited, left] = [await addMeeting(), await addMeeting(), await addMeeting()];
      const stay = participantRecord(left.id, ada.id);
      const epoch = 0;
      await db.participants.enter({ meetingId: entered.id, epoch }, [
        participantRecord(entered.id, ada.id),
      ]);
      await db.participants.enter({ meetingId: left.id, epoch }, [stay]);
      await db.participants.leave({ meetingId: left.id, epoch }, [departure(stay)]);
      await db.admissions.wait(
        { meetingId: awaited.id, epoch },
        {
          ...{ meetingId: awaited.id, userId: ada.id, state: 'waiting', name: 'Ada', since: T0 },
          ...{ participantId: randomUUID(), deviceId: null, email: null },
        },
      );
      expect((await db.profiles.meetingsWith(ada.id)).toSorted()).toEqual(
        [entered.id, awaited.id].toSorted(),
      );
    });
  });

  test('whoever asked, was asked or agreed is paired, and contacts are those who agreed', async () => {
    const [ada, asked, asking, friend] = [
      (await addAccount()).account.id,
      (await addAccount()).account.id,
      (await addAccount()).account.id,
      (await addAccount()).account.id,
    ];
    await db.contacts.request(ada, asked, T0, 10);
    await db.contacts.request(asking, ada, T0, 10);
    await db.contacts.request(ada, friend, T0, 10);
    await db.contacts.accept(friend, ada, T0);
    expect((await db.contacts.pairedIds(ada)).toSorted()).toEqual(
      [asked, asking, friend].toSorted(),
    );
    expect(await db.contacts.contactIds(ada)).toEqual([friend]);
    await db.people.block(ada, friend, T0);
    expect((await db.contacts.pairedIds(ada)).toSorted()).toEqual([asked, asking].toSorted());
    const { people } = await db.contacts.listBlocked(ada, { limit: 10 });
    expect(people.map(({ id }) => id)).toEqual([friend]);
    expect(await db.people.apartFrom(friend, [ada, asked])).toEqual(new Set([ada]));
  });

  test('answers a ping', async () => {
    await db.ping();
  });
});

function departure({ id }: ParticipantRecord) {
  return { participantId: id, leftAt: T0 + 1, reason: 'left' as const, forgetAdmission: false };
}

interface Picture {
  userId: string;
  pictureId: string;
}
