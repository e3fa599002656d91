import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/db/openDatabase.ts';
import { chooseMixer } from '../../../server/live/chooseMixer.ts';
import type { ChooseMixer, LiveRoomRecord } from '../../../server/live/stores.ts';
import { BACKENDS } from '../../support/backends.ts';
import {
  accountRecord,
  meetingRecord,
  openTestDatabase,
  sessionRecord,
  T0,
} from '../../support/database.ts';

const START = { nonce: 'n1', keySecret: 'secret', startedAt: T0, stoppedAt: null };

describe.each(BACKENDS)('live rooms on %s', (backend) => {
  let db: Database;
  let host: string;
  /** Mixers of this test alone: all tests share a database. */
  let mixers: string[];
  beforeAll(async () => {
    db = await openTestDatabase(backend);
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    const account = accountRecord();
    await db.users.insertWithSession(account, sessionRecord(account.id));
    host = account.id;
    mixers = [randomUUID(), randomUUID()];
  });

  const addRoom = async (values: Partial<LiveRoomRecord> = {}) => {
    const meeting = meetingRecord(host);
    await db.meetings.insert(meeting);
    const room = {
      ...{ roomId: randomUUID(), meetingId: meeting.id, hostId: host, title: 'Stage' },
      ...{ pinHash: 'hash', pinVersion: 1, desired: 'off' as const, createdAt: T0 },
      ...{ listenerChat: 'off' as const, offersReplay: false },
      ...{ nonce: null, keySecret: null, startedAt: null, stoppedAt: null },
      ...values,
    };
    await db.live.insert(room);
    return { ...room, meetingCode: meeting.code, mayChat: true };
  };
  const among =
    (capacity: number, names = mixers): ChooseMixer =>
    (taken) =>
      chooseMixer(
        names.map((instanceId) => ({ instanceId, capacity })),
        taken,
      );
  const start = (roomId: string, choose: ChooseMixer = among(5)) =>
    db.live.start(roomId, START, choose, T0);
  const wantedOf = async (meetingId: string) =>
    (await db.live.all()).find((one) => one.meetingId === meetingId);

  test('a room is found as it was stored, by its name, its meeting and its host', async () => {
    const room = await addRoom();
    expect(await db.live.find(room.roomId)).toEqual({ room, mix: null, replay: null });
    expect(await db.live.ofMeeting(room.meetingId)).toEqual({ room, mix: null, replay: null });
    expect(await db.live.list(host, { limit: 10 })).toEqual({
      ...{ rooms: [{ room, mix: null, replay: null }], next: null },
    });
    expect(await db.live.find('no-such-room')).toBeNull();
  });

  test('a name has one room, and a meeting', async () => {
    const { roomId, meetingId } = await addRoom();
    await expect(addRoom({ roomId })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(addRoom({ meetingId })).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('rooms are listed by pages, the newest first', async () => {
    for (let n = 0; n < 5; n++) await addRoom({ title: `${n}`, createdAt: T0 + n });
    const titles: string[] = [];
    let before: string | undefined;
    for (;;) {
      const page = await db.live.list(host, { limit: 2, ...(before !== undefined && { before }) });
      titles.push(...page.rooms.map(({ room }) => room.title));
      if (page.next === null) break;
      before = page.next;
    }
    expect(titles).toEqual(['4', '3', '2', '1', '0']);
  });

  test('a start takes a mixer, and neither is done where none has room', async () => {
    const [one, two] = [await addRoom(), await addRoom()];
    const only = among(1, mixers.slice(0, 1));
    expect(await start(one.roomId, only)).toMatchObject({
      ...{ outcome: 'started', mix: { generation: 1, mixer: mixers[0], publishing: false } },
    });
    expect(await start(two.roomId, only)).toEqual({ outcome: 'full' });
    expect(await db.live.find(two.roomId)).toEqual({ room: two, mix: null, replay: null });
    expect(await start(one.roomId, only)).toEqual({ outcome: 'refused' });
  });

  test('of a hundred starts at once no mixer gets more than it can take', async () => {
    const rooms = await Promise.all(Array.from({ length: 100 }, () => addRoom()));
    const outcomes = await Promise.all(rooms.map(({ roomId }) => start(roomId, among(7))));
    const taken = outcomes.flatMap((one) => (one.outcome === 'started' ? [one.mix.mixer] : []));
    expect(taken).toHaveLength(14);
    for (const mixer of mixers) expect(taken.filter((one) => one === mixer)).toHaveLength(7);
    expect(outcomes.filter(({ outcome }) => outcome === 'full')).toHaveLength(86);
  });

  test('of many who replace a failed mixer one decides, and the one before has no say', async () => {
    const { roomId, meetingId } = await addRoom();
    await start(roomId, among(1, mixers.slice(0, 1)));
    const other = among(1, mixers.slice(1));
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => db.live.assign(meetingId, 1, other, T0)),
    );
    for (const answer of answers) expect(answer).toMatchObject({ generation: 2, mixer: mixers[1] });
    expect(await db.live.setPublishing(meetingId, 1, true)).toBe(false);
    await db.live.endMix(meetingId, 1);
    expect((await wantedOf(meetingId))?.mix).toMatchObject({ generation: 2, publishing: false });
    expect(await db.live.setPublishing(meetingId, 2, true)).toBe(true);
    expect((await wantedOf(meetingId))?.mix?.publishing).toBe(true);
  });

  test('a mix without a mixer waits for one, and counts when it has it', async () => {
    const { roomId, meetingId } = await addRoom();
    await start(roomId);
    const none = () => null;
    expect(await db.live.assign(meetingId, 1, none, T0)).toMatchObject({
      ...{ generation: 2, mixer: null },
    });
    expect(await db.live.assign(meetingId, 2, none, T0)).toMatchObject({ generation: 2 });
    expect(await db.live.assign(meetingId, 2, among(1), T0)).toMatchObject({ generation: 3 });
  });

  test('a mixer sees what it has, and what is wanted of it', async () => {
    const { roomId, meetingId } = await addRoom();
    const started = await start(roomId);
    const mixer = started.outcome === 'started' ? (started.mix.mixer ?? '') : '';
    expect(await db.live.assignedTo(mixer)).toMatchObject([
      { meetingId, title: 'Stage', hasEnded: false, room: { roomId, desired: 'on-air' } },
    ]);
    await db.live.update(roomId, { desired: 'off', stoppedAt: T0 + 1 }, ['on-air']);
    expect(await db.live.assignedTo(mixer)).toMatchObject([{ room: { desired: 'off' } }]);
    await db.live.endMix(meetingId, 1);
    expect(await db.live.assignedTo(mixer)).toEqual([]);
  });

  test('a room that is removed goes when nothing of it runs, and takes no change before', async () => {
    const { roomId, meetingId } = await addRoom();
    await start(roomId);
    await db.live.setPublishing(meetingId, 1, true);
    expect(await db.live.update(roomId, { desired: 'removed' }, ['off', 'on-air'])).toBe(true);
    expect(await db.live.update(roomId, { title: 'Other' }, ['off', 'on-air'])).toBe(false);
    await db.live.remove(roomId);
    expect(await db.live.find(roomId)).not.toBeNull();
    await db.live.endMix(meetingId, 1);
    await db.live.remove(roomId);
    expect(await db.live.find(roomId)).toBeNull();
  });

  test('with the account of its host a room is to go', async () => {
    const { roomId, meetingId } = await addRoom();
    await start(roomId);
    await db.accounts.erase(host);
    expect((await wantedOf(meetingId))?.room?.desired).toBe('removed');
    expect(await start(roomId)).toEqual({ outcome: 'refused' });
  });
});
