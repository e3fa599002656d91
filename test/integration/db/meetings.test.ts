import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/db/openDatabase.ts';
import { StaleEpochError } from '../../../server/core/StaleEpochError.ts';
import type { Fence, MeetingPatch, MeetingRecord } from '../../../server/meetings/stores.ts';
import { BACKENDS } from '../../support/backends.ts';
import {
  accountRecord,
  meetingRecord,
  openTestDatabase,
  participantRecord,
  sessionRecord,
  T0,
} from '../../support/database.ts';

describe.each(BACKENDS)('meetings and stays on %s', (backend) => {
  let db: Database;
  beforeAll(async () => {
    db = await openTestDatabase(backend);
  });
  afterAll(() => db.close());

  const addAccount = async (name = 'Ada Lovelace') => {
    const account = accountRecord({ name });
    await db.users.insertWithSession(account, sessionRecord(account.id));
    return account;
  };
  const openStays = async (meetingId: string) =>
    (await db.participants.listOpen(meetingId)).map(({ id }) => id);
  const addMeeting = async (values: Partial<MeetingRecord> = {}) => {
    const host = await addAccount();
    const meeting = meetingRecord(values.hostId ?? host.id, values);
    await db.meetings.insert(meeting);
    return { ...meeting, hostName: host.name };
  };
  const read = (id: string) => db.meetings.findById(id);
  const unowned = ({ id }: { id: string }) => ({ meetingId: id, epoch: 0 });
  const enterAs = async (fence: Fence) => {
    const stay = participantRecord(fence.meetingId, randomUUID());
    await db.participants.enter(fence, [stay]);
    return stay;
  };

  test('a meeting is found as it was stored, by id and by code', async () => {
    const meeting = await addMeeting({
      title: 'Ein „Titel“; DROP TABLE meetings;--',
      passcodeHash: '$argon2id$',
      waitingRoom: true,
      allowGuests: false,
      access: 'invited',
      locked: true,
      autoAdmit: 'members',
      waitingMessage: 'Five minutes, please.',
      settings: {
        mayShareScreen: false,
        mayUnmute: true,
        mayUseCamera: false,
        mayReact: false,
        mayRename: true,
        mayChat: true,
        chatAfter: 'participants',
        recordAutomatically: 'off',
      },
      startsAt: T0 + 1,
      endsAt: T0 + 3_600_001,
    });
    expect(await read(meeting.id)).toEqual(meeting);
    expect(await db.meetings.findByCode(meeting.code)).toEqual(meeting);
    expect(await read(randomUUID())).toBeNull();
    expect(await db.meetings.findByCode('bcd-fgh-jkm')).toBeNull();
  });

  test('a code has one meeting, also when many ask at once', async () => {
    const host = await addAccount();
    const { code } = meetingRecord(host.id);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, () => db.meetings.insert(meetingRecord(host.id, { code }))),
    );
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(9);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'CONFLICT' });
  });

  test.each<MeetingPatch>([
    { title: 'Retro' },
    { passcodeHash: 'hash' },
    { passcodeHash: null },
    { capacity: 7 },
    { waitingRoom: true },
    { allowGuests: false },
    { access: 'members' },
    { locked: true },
    { autoAdmit: 'invited' },
    { waitingMessage: 'Soon' },
    {
      settings: {
        mayShareScreen: false,
        mayUnmute: false,
        mayUseCamera: true,
        mayReact: true,
        mayRename: false,
        mayChat: false,
        chatAfter: 'hosts',
        recordAutomatically: 'composite',
      },
    },
    { startsAt: T0 + 5, endsAt: T0 + 6 },
    { startsAt: null, endsAt: null },
    { endedAt: T0 + 9 },
    {},
  ])('an update changes %o and nothing else', async (patch) => {
    const meeting = await addMeeting({ passcodeHash: 'before', startsAt: T0, endsAt: T0 + 1 });
    await db.meetings.update({ meetingId: meeting.id, epoch: 1 }, patch);
    expect(await read(meeting.id)).toEqual({ ...meeting, ...patch });
  });

  test('an owner who has been succeeded writes nothing', async () => {
    const { id: meetingId } = await addMeeting();
    const [first, second] = [1, 2].map((epoch) => ({ meetingId, epoch }));
    if (!first || !second) throw new Error('there are two owners');
    await db.meetings.update(first, { title: 'first owner' });
    const { id: stayed } = await enterAs(first);
    await db.meetings.claim(second);
    expect(await db.meetings.ownerEpoch(meetingId)).toBe(2);
    const someone = participantRecord(meetingId, randomUUID());
    const departure = {
      participantId: stayed,
      leftAt: T0,
      reason: 'left' as const,
      forgetAdmission: true,
    };
    const waiting = {
      ...{ meetingId, userId: someone.userId, state: 'waiting' as const, name: 'x', since: T0 },
      ...{ participantId: randomUUID(), deviceId: null, email: null },
    };
    const ban = {
      ...{ id: randomUUID(), meetingId, decision: 'ban' as const, userId: someone.userId },
      ...{ deviceId: null, name: 'x', guest: true, decidedBy: 'y', decidedAt: T0 },
    };
    const entry = {
      ...{ at: T0, action: 'ended' as const, actor: null, subject: null, detail: {} },
    };
    const late = [
      () => db.meetings.claim(first),
      () => db.meetings.update(first, { title: 'first again', endedAt: T0 }),
      () => db.meetings.setInvited(first, ['a@example.org']),
      () => db.participants.enter(first, [someone]),
      () => db.participants.leave(first, [departure]),
      () => db.admissions.wait(first, waiting),
      () => db.admissions.clear(first),
      () => db.decisions.insert(first, [ban]),
      () => db.roles.replace(first, []),
      () => db.audit.append(first, [entry]),
    ];
    for (const write of late) await expect(write()).rejects.toThrow(StaleEpochError);
    expect(await read(meetingId)).toMatchObject({ title: 'first owner', endedAt: null });
    expect(await db.meetings.listInvited(meetingId)).toEqual([]);
    expect(await openStays(meetingId)).toEqual([stayed]);
    expect(await db.admissions.list(meetingId)).toHaveLength(1);
    expect(await db.decisions.list(meetingId)).toEqual([]);
    const page = { before: undefined, limit: 5 };
    expect((await db.audit.list(meetingId, page)).entries).toEqual([]);
    await db.meetings.update(second, { title: 'second again' });
    await db.participants.leave(second, [departure]);
    expect(await openStays(meetingId)).toEqual([]);
  });

  test('the last owner wins, in whatever order they write', async () => {
    const { id: meetingId } = await addMeeting();
    const epochs = Array.from({ length: 20 }, (_, index) => index + 1);
    const shuffled = epochs.toSorted((a, b) => ((a * 7) % 11) - ((b * 7) % 11));
    await Promise.allSettled(
      shuffled.map((epoch) => {
        return db.meetings.update({ meetingId, epoch }, { title: `owner ${epoch}` });
      }),
    );
    expect(await read(meetingId)).toMatchObject({ title: 'owner 20' });
  });

  test('a new owner reads what the one before was still writing, or it is not written', async () => {
    for (let round = 1; round <= 50; round++) {
      const { id: meetingId } = await addMeeting();
      const stay = participantRecord(meetingId, randomUUID());
      const writing = db.participants.enter({ meetingId, epoch: 1 }, [stay]).then(
        () => 'stored',
        () => 'refused',
      );
      await db.meetings.claim({ meetingId, epoch: 2 });
      const found = await openStays(meetingId);
      expect([await writing, found]).toEqual(
        found.length > 0 ? ['stored', [stay.id]] : ['refused', []],
      );
    }
  });

  test('invitations are replaced as a whole', async () => {
    const { id } = await addMeeting();
    const fence = { meetingId: id, epoch: 0 };
    await db.meetings.setInvited(fence, ['b@example.org', 'a@example.org', 'b@example.org']);
    expect(await db.meetings.listInvited(id)).toEqual(['a@example.org', 'b@example.org']);
    const lists = Array.from({ length: 5 }, (_, n) => [`x${n}@example.org`, `y${n}@example.org`]);
    await Promise.all(lists.map((list) => db.meetings.setInvited(fence, list)));
    expect(lists).toContainEqual(await db.meetings.listInvited(id));
    await db.meetings.setInvited(fence, []);
    expect(await db.meetings.listInvited(id)).toEqual([]);
  });

  test('a person lists what they host and what they were in, newest first, each once', async () => {
    const me = await addAccount();
    const mine = await addMeeting({ hostId: me.id, createdAt: T0 + 1 });
    const visited = await addMeeting({ createdAt: T0 + 2 });
    await addMeeting({ createdAt: T0 + 3 });
    await db.participants.enter(unowned(visited), [
      participantRecord(visited.id, me.id),
      participantRecord(visited.id, me.id, { companion: true }),
    ]);
    await db.participants.enter(unowned(mine), [participantRecord(mine.id, me.id)]);
    const { meetings, next } = await db.meetings.listForUser(me.id, { limit: 10 });
    expect(meetings.map(({ id }) => id)).toEqual([visited.id, mine.id]);
    expect(next).toBeNull();
  });

  test('pages hold every meeting once, those of the same instant too', async () => {
    const me = await addAccount();
    const made = [];
    for (let n = 0; n < 7; n++) {
      made.push(await addMeeting({ hostId: me.id, createdAt: T0 + Math.floor(n / 3) }));
    }
    const seen: string[] = [];
    let before: string | null = null;
    do {
      const page = await db.meetings.listForUser(me.id, { limit: 2, ...(before && { before }) });
      expect(page.meetings.length).toBeLessThanOrEqual(2);
      seen.push(...page.meetings.map(({ id }) => id));
      before = page.next;
    } while (before !== null);
    expect(seen).toHaveLength(7);
    expect(new Set(seen)).toEqual(new Set(made.map(({ id }) => id)));
  });

  test.each(['', 'nonsense', Buffer.from('x.y').toString('base64url')])(
    'a made-up cursor %o is refused',
    async (before) => {
      const list = db.meetings.listForUser(randomUUID(), { before, limit: 1 });
      await expect(list).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' });
    },
  );

  test('stays are stored all or none', async () => {
    const { id } = await addMeeting();
    const fence = { meetingId: id, epoch: 1 };
    const first = participantRecord(id, randomUUID());
    await db.participants.enter(fence, [first]);
    const other = participantRecord(id, randomUUID());
    await expect(db.participants.enter(fence, [other, first])).rejects.toThrow();
    expect((await db.meetings.listForUser(other.userId, { limit: 1 })).meetings).toEqual([]);
    await db.participants.enter(fence, []);
  });

  test('a stay ends once, and what is left open is found', async () => {
    const { id } = await addMeeting();
    const fence = { meetingId: id, epoch: 1 };
    const stays = Array.from({ length: 3 }, () => participantRecord(id, randomUUID()));
    const [first, second] = stays.map((stay) => stay.id);
    await db.participants.enter(fence, stays);
    const departures = [first, second].map((stay) => ({
      participantId: stay ?? '',
      leftAt: T0 + 5,
      reason: 'left' as const,
      forgetAdmission: true,
    }));
    await Promise.all([
      db.participants.leave(fence, departures),
      db.participants.leave(fence, departures),
    ]);
    await db.participants.leave(fence, []);
    // Who has not left may come back without asking.
    const admitted = await db.admissions.list(id);
    expect(admitted.map(({ userId }) => userId)).toEqual([stays[2]?.userId]);
    expect(await db.participants.listOpen(id)).toEqual([stays[2]]);
    expect(await db.participants.meetingsWithOpen()).toContain(id);
    expect(await db.admissions.meetings()).toContain(id);
  });
});
