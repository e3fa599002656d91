import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/db/openDatabase.ts';
import { BACKENDS } from '../../support/backends.ts';
import { accountRecord, openTestDatabase, sessionRecord, T0 } from '../../support/database.ts';

describe.each(BACKENDS)('blocked people in chat, on %s', (backend) => {
  let db: Database;
  beforeAll(async () => {
    db = await openTestDatabase(backend);
  });
  afterAll(() => db.close());

  const addMember = async (name: string) => {
    const account = accountRecord({ name });
    await db.users.insertWithSession(account, sessionRecord(account.id));
    return { userId: account.id, name };
  };

  const addRoom = async (kind: 'direct' | 'group', members: { userId: string; name: string }[]) => {
    const [owner] = members;
    return db.chatRooms.create({
      ...{ id: randomUUID(), kind, title: null, meetingId: null, members, now: T0 },
      directKey: kind === 'direct' ? randomUUID() : null,
      ownerId: owner?.userId ?? '',
    });
  };

  const send = (roomId: string, { userId, name }: { userId: string; name: string }) =>
    db.chatMessages.send({
      ...{ id: randomUUID(), roomId, senderId: userId, senderName: name, clientId: null },
      ...{ content: 'hello', replyTo: null, mentions: [], now: T0 },
    });

  test('neither writes to the other alone, and both to their groups', async () => {
    const [ada, alan] = [await addMember('Ada'), await addMember('Alan')];
    const direct = await addRoom('direct', [ada, alan]);
    const group = await addRoom('group', [ada, alan]);
    expect((await send(direct, alan)).is).toBe('stored');
    await db.people.block(ada.userId, alan.userId, T0);
    for (const member of [ada, alan]) {
      expect((await send(direct, member)).is).toBe('refused');
      expect(await db.chatRooms.access(direct, member.userId)).toMatchObject({
        ...{ apart: true, mayRead: true, mayWrite: false, lastSeq: 1, rev: 1 },
      });
      expect((await send(group, member)).is).toBe('stored');
    }
    await db.people.unblock(ada.userId, alan.userId);
    expect((await send(direct, alan)).is).toBe('stored');
  });

  test('a place in a group is taken once, and one too many adds nobody', async () => {
    const [ada, alan] = [await addMember('Ada'), await addMember('Alan')];
    const group = await addRoom('group', [ada]);
    await Promise.all(Array.from({ length: 10 }, () => db.chatRooms.addMembers(group, [alan], T0)));
    expect((await db.chatRooms.memberIds(group)).toSorted()).toEqual(
      [ada.userId, alan.userId].toSorted(),
    );
    const many = Array.from({ length: 199 }, (_, index) => ({
      userId: randomUUID(),
      name: `Person ${index}`,
    }));
    const full = expect.objectContaining({ code: 'FULL' }) as object;
    await expect(db.chatRooms.addMembers(group, many, T0)).rejects.toEqual(full);
    expect(await db.chatRooms.memberIds(group)).toHaveLength(2);
  });

  test('a message is numbered only if it is stored', async () => {
    const [ada, alan] = [await addMember('Ada'), await addMember('Alan')];
    const stranger = await addMember('Stranger');
    const group = await addRoom('group', [ada, alan]);
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, index) => send(group, index % 3 === 0 ? stranger : alan)),
    );
    expect(outcomes.filter(({ is }) => is === 'stored')).toHaveLength(20);
    expect(await db.chatRooms.access(group, ada.userId)).toMatchObject({ lastSeq: 20, rev: 20 });
  });
});
