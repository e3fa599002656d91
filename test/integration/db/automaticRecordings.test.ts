import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EVERYTHING_ALLOWED, type RecordAutomatically } from '../../../protocol/meetings.ts';
import { createId } from '../../../server/core/ids.ts';
import type { Database } from '../../../server/db/openDatabase.ts';
import type { Fence, ParticipantRecord } from '../../../server/meetings/stores.ts';
import { BACKENDS } from '../../support/backends.ts';
import { openTestDatabase, participantRecord, T0 } from '../../support/database.ts';
import { hostWithMeeting } from '../../support/live/recordings.ts';

const GAP_MS = 60_000;
const RACES_MS = 120_000;

/** In the embedded database one thing happens after the other. */
const RACES = { PGlite: 10, PostgreSQL: 100 };

describe.each(BACKENDS)('meetings that record themselves on %s', (backend) => {
  let db: Database;
  let host: string;
  let meetingId: string;
  let fence: Fence;
  beforeAll(async () => {
    db = await openTestDatabase(backend);
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    ({ host, meetingId } = await hostWithMeeting(db));
    fence = { meetingId, epoch: 0 };
    await set('composite');
  });

  const set = (recordAutomatically: RecordAutomatically) =>
    db.meetings.update(fence, { settings: { ...EVERYTHING_ALLOWED, recordAutomatically } });
  const enter = async (
    joinedAt: number,
    values: Partial<ParticipantRecord> = {},
  ): Promise<string> => {
    const stay = participantRecord(meetingId, host, { joinedAt, ...values });
    await db.participants.enter(fence, [stay]);
    return stay.id;
  };
  const leave = (participantId: string, leftAt: number) =>
    db.participants.leave(fence, [
      { participantId, leftAt, reason: 'left', forgetAdmission: false },
    ]);
  const due = async () =>
    (await db.automaticRecordings.due(GAP_MS)).find((one) => one.meetingId === meetingId) ?? null;
  const begin = (now = T0, mixer: string | null = 'node-a') =>
    db.automaticRecordings.begin(meetingId, {
      ...{ id: createId(), now, sittingGapMs: GAP_MS, choose: () => mixer },
    });
  const stop = async (now: number) => {
    const going = await db.recordings.active(meetingId);
    await db.recordings.stop(going?.id ?? '', now);
  };
  const recordings = async () =>
    (await db.recordings.list(host, { limit: 100, meetingId })).recordings;

  test('begin when a host is in, as the setting says', async () => {
    expect(await due()).toBeNull();
    await enter(T0, { userId: 'somebody', role: 'participant' });
    expect(await due()).toBeNull();
    expect(await begin()).toBe('not due');
    await enter(T0, { companion: true });
    expect(await due()).toBeNull();
    await enter(T0);
    expect(await due()).toEqual({ meetingId, hostIds: [host] });
    await set('off');
    expect(await due()).toBeNull();
    await set('composite-and-tracks');
    expect(await begin()).toBe('begun');
    expect(await recordings()).toMatchObject([
      { state: 'starting', composite: true, tracks: true, hostId: host, startedAt: T0 },
    ]);
    expect(await db.live.assignedTo('node-a')).toMatchObject([{ meetingId }]);
    expect(await due()).toBeNull();
    await db.live.endMix(meetingId, 1);
  });

  test('begin for co-hosts, and for whoever the role has passed on to', async () => {
    const { host: other } = await hostWithMeeting(db);
    await enter(T0, { userId: other, role: 'participant' });
    expect(await due()).toBeNull();
    await db.roles.replace(fence, [{ userId: other, role: 'cohost', returnsTo: 'cohost' }]);
    expect(await due()).toEqual({ meetingId, hostIds: [other] });
    await db.roles.replace(fence, [{ userId: other, role: 'host', returnsTo: 'participant' }]);
    expect(await due()).toEqual({ meetingId, hostIds: [other] });
  });

  test('do not begin again in the sitting in which somebody stopped one, and do in the next', async () => {
    const first = await enter(T0);
    await begin(T0);
    await stop(T0 + 5_000);
    expect(await due()).toBeNull();
    // Back within the minute, or relieved by somebody: the same sitting.
    await leave(first, T0 + 10_000);
    const second = await enter(T0 + 10_000 + GAP_MS - 1);
    expect(await due()).toBeNull();
    expect(await begin(T0 + 80_000)).toBe('not due');
    await leave(second, T0 + 100_000);
    const third = await enter(T0 + 100_000 + GAP_MS);
    expect(await due()).not.toBeNull();
    expect(await begin(T0 + 200_000)).toBe('begun');
    await leave(third, T0 + 300_000);
    expect(await recordings()).toHaveLength(2);
  });

  test('do not begin again where one that went on was removed, and do where one ended by itself', async () => {
    await enter(T0);
    await begin(T0);
    const [going] = await recordings();
    await db.recordings.remove(going?.id ?? '', T0 + 1_000);
    expect(await due()).toBeNull();
    const { host: other, meetingId: another } = await hostWithMeeting(db);
    await db.participants.enter({ meetingId: another, epoch: 0 }, [
      participantRecord(another, other),
    ]);
    await db.meetings.update(
      { meetingId: another, epoch: 0 },
      { settings: { ...EVERYTHING_ALLOWED, recordAutomatically: 'composite' } },
    );
    const begun = { id: createId(), now: T0, sittingGapMs: GAP_MS, choose: () => 'node-a' };
    expect(await db.automaticRecordings.begin(another, begun)).toBe('begun');
    // Nobody was in it for a while, as far as the sweep knew.
    await db.participants.leave({ meetingId: another, epoch: 0 }, [
      ...(await db.participants.listOpen(another)).map(({ id: participantId }) => ({
        ...{ participantId, leftAt: T0 + 1_000, reason: 'left' as const, forgetAdmission: false },
      })),
    ]);
    expect(await db.recordings.sweep(T0 + 901_000, T0 + 1_000)).toContain(another);
    await db.participants.enter({ meetingId: another, epoch: 0 }, [
      participantRecord(another, other, { joinedAt: T0 + 902_000 }),
    ]);
    const found = await db.automaticRecordings.due(GAP_MS);
    expect(found.map((one) => one.meetingId)).toContain(another);
  });

  test('stopped while nobody was there: the next who come begin a sitting', async () => {
    const stay = await enter(T0);
    await begin(T0);
    await leave(stay, T0 + 1_000);
    await stop(T0 + 5 * GAP_MS);
    await enter(T0 + 6 * GAP_MS);
    expect(await due()).not.toBeNull();
  });

  test('wait for a mixer, leave nothing behind, and have hosts told now and then', async () => {
    await enter(T0);
    expect(await begin(T0, null)).toBe('full');
    expect(await recordings()).toEqual([]);
    expect(await due()).not.toBeNull();
    const tell = (now: number) => db.automaticRecordings.tell(meetingId, now, now - 300_000);
    expect(await tell(T0)).toBe(true);
    expect(await tell(T0 + 2_000)).toBe(false);
    expect(await tell(T0 + 300_000)).toBe(true);
    expect(await begin(T0 + 300_000)).toBe('begun');
    expect(await tell(T0 + 300_001)).toBe(true);
  });

  test(
    'begin one recording however many begin it, and none behind one that was stopped',
    async () => {
      let stay = await enter(T0);
      for (let race = 0; race < RACES[backend]; race += 1) {
        const at = T0 + race * 2 * GAP_MS;
        const outcomes = await Promise.all([begin(at), begin(at), begin(at)]);
        expect(outcomes.sort()).toEqual(['begun', 'not due', 'not due']);
        const [, ...others] = await Promise.all([stop(at + 1), begin(at), begin(at), begin(at)]);
        expect(others).toEqual(['not due', 'not due', 'not due']);
        expect(await recordings()).toHaveLength(Math.min(race + 1, 100));
        await leave(stay, at + 2);
        stay = await enter(at + 2 * GAP_MS);
      }
    },
    RACES_MS,
  );
});
