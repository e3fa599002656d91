import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/db/openDatabase.ts';
import { BACKENDS } from '../../support/backends.ts';
import {
  accountRecord,
  meetingRecord,
  openTestDatabase,
  participantRecord,
  sessionRecord,
  T0,
} from '../../support/database.ts';

const SECOND = 1_000;
const ALL = { before: null, limit: 50, since: T0 - 1_000 };

describe.each(BACKENDS)('what somebody was in on %s', (backend) => {
  let db: Database;
  beforeAll(async () => {
    db = await openTestDatabase(backend);
  });
  afterAll(() => db.close());

  const addAccount = async (name: string) => {
    const account = accountRecord({ name });
    await db.users.insertWithSession(account, sessionRecord(account.id));
    return account.id;
  };
  const trio = () =>
    Promise.all(['Ada', 'Bob', 'Cat'].map(addAccount)) as Promise<[string, string, string]>;
  const addMeeting = async (hostId: string, title: string) => {
    const meeting = meetingRecord(hostId, { title });
    await db.meetings.insert(meeting);
    return meeting.id;
  };
  /** From and to in seconds after T0; null: still there. */
  const stay = async (
    meetingId: string,
    userId: string,
    name: string,
    from: number,
    to: number | null,
    companion = false,
  ) => {
    const fence = { meetingId, epoch: 0 };
    const joinedAt = T0 + from * SECOND;
    const record = participantRecord(meetingId, userId, { name, joinedAt, companion });
    await db.participants.enter(fence, [record]);
    if (to === null) return record.id;
    const left = { participantId: record.id, leftAt: T0 + to * SECOND, reason: 'left' as const };
    await db.participants.leave(fence, [{ ...left, forgetAdmission: false }]);
    return record.id;
  };

  test('a meeting is one entry, however often one came, and another when it was empty between', async () => {
    const [ada, bob, cat] = await trio();
    const meeting = await addMeeting(ada, 'Weekly');
    await stay(meeting, ada, 'Ada', 0, 60);
    await stay(meeting, ada, 'Ada', 1, 60, true);
    const first = await stay(meeting, bob, 'Bob', 10, 20);
    await stay(meeting, cat, 'Cat', 15, 25);
    await stay(meeting, bob, 'Bob', 30, 60);
    await stay(meeting, ada, 'Ada', 1_000, null);

    const ofBob = await db.callHistory.list(bob, {}, ALL);
    expect(ofBob).toEqual([
      {
        ...{ callId: first, kind: 'meeting', with: { id: meeting, name: 'Weekly' } },
        ...{ people: ['Ada', 'Cat'], callType: 'video', direction: 'incoming' },
        startedAt: new Date(T0 + 10 * SECOND).toISOString(),
        // Ten seconds, and thirty.
        ...{ durationSec: 40, participantCount: 3, peakCount: 3 },
        ...{ outcome: 'answered', reason: 'left', ongoing: false },
      },
    ]);
    const ofAda = await db.callHistory.list(ada, {}, ALL);
    expect(ofAda.map((entry) => [entry.ongoing, entry.participantCount, entry.peakCount])).toEqual([
      [true, 1, 1],
      [false, 3, 3],
    ]);
    expect(ofAda[0]?.direction).toBe('outgoing');
    expect((await db.callHistory.list(cat, {}, ALL))[0]).toMatchObject({
      ...{ durationSec: 10, peakCount: 3 },
    });
    // Nobody else's.
    expect(await db.callHistory.read(bob, ofAda[0]?.callId ?? '', ALL.since)).toBeNull();
  });

  test('pages go through all of it once, and filters choose', async () => {
    const [ada, bob] = await trio();
    const meetings = [];
    for (let index = 0; index < 7; index++) {
      const meeting = await addMeeting(bob, `Meeting ${index}`);
      // Some at the same moment.
      await stay(meeting, ada, 'Ada', Math.floor(index / 2) * 100, Math.floor(index / 2) * 100 + 5);
      meetings.push(meeting);
    }
    const seen: string[] = [];
    let before = null;
    for (;;) {
      const page = await db.callHistory.list(ada, {}, { ...ALL, before, limit: 2 });
      const last = page.at(-1);
      if (!last) break;
      seen.push(...page.map((entry) => entry.with.id));
      before = { createdAt: Date.parse(last.startedAt), id: last.callId };
    }
    expect(seen).toHaveLength(7);
    expect(new Set(seen)).toEqual(new Set(meetings));
    expect(await db.callHistory.list(ada, { kind: 'call' }, ALL)).toEqual([]);
    expect(await db.callHistory.list(ada, { with: meetings[3] ?? '' }, ALL)).toHaveLength(1);
    expect(await db.callHistory.list(ada, { outcome: 'missed' }, ALL)).toEqual([]);
    expect(await db.callHistory.list(ada, { direction: 'incoming' }, ALL)).toHaveLength(7);
    expect(await db.callHistory.list(ada, { direction: 'outgoing' }, ALL)).toEqual([]);
    const late = { ...ALL, since: T0 + 250 * SECOND };
    expect(await db.callHistory.list(ada, {}, late)).toHaveLength(1);
  });

  test('a minute is kept once, is in the detail, and goes with its age', async () => {
    const [ada, bob] = await trio();
    const meeting = await addMeeting(bob, 'Measured');
    const id = await stay(meeting, ada, 'Ada', 0, null);
    expect(await db.callHistory.findStay(ada, meeting, T0)).toEqual({ id, since: T0 });
    expect(await db.callHistory.findStay(bob, meeting, T0)).toBeNull();
    const gone = await stay(meeting, bob, 'Bob', 0, 60);
    const left = T0 + 60 * SECOND;
    // What somebody tells of it on leaving comes a little later.
    expect(await db.callHistory.findStay(bob, meeting, left - 1)).toMatchObject({ id: gone });
    expect(await db.callHistory.findStay(bob, meeting, left)).toBeNull();
    const minute = { rttMs: 80, loss: 0.25, bitrate: 64_000, freezes: 2, seconds: 60 };
    const at = T0 + 60 * SECOND;
    await db.callHistory.addMinute(ada, id, 0, at, minute);
    await db.callHistory.addMinute(ada, id, 0, at, { ...minute, freezes: 9 });
    await db.callHistory.addMinute(ada, id, 1, at + 60 * SECOND, { ...minute, rttMs: null });
    const read = () => db.callHistory.read(ada, id, ALL.since);
    expect((await read())?.timeline).toEqual([
      { minute: 0, ...minute },
      { minute: 1, ...minute, rttMs: null },
    ]);
    await db.callHistory.purge(at + 1);
    expect((await read())?.timeline.map((one) => one.minute)).toEqual([1]);
  });

  test('a part of a minute is where it was, and gives way to what tells of more of it', async () => {
    const [ada] = await trio();
    const meeting = await addMeeting(ada, 'Left early');
    const id = await stay(meeting, ada, 'Ada', 0, 85);
    const part = { rttMs: 80, loss: 0.25, bitrate: 64_000, freezes: 2, seconds: 25 };
    const whole = { ...part, loss: 0, seconds: 60 };
    await db.callHistory.addMinute(ada, id, 0, T0 + 60 * SECOND, whole);
    await db.callHistory.addMinute(ada, id, 1, T0 + 85 * SECOND, part);
    // Back at once, and told of a minute that began in the same one.
    const again = await stay(meeting, ada, 'Ada', 85, 150);
    await db.callHistory.addMinute(ada, again, 0, T0 + 145 * SECOND, whole);
    await db.callHistory.addMinute(ada, id, 1, T0 + 85 * SECOND, { ...part, seconds: 5 });
    const read = async () => (await db.callHistory.read(ada, id, ALL.since))?.timeline;
    expect(await read()).toEqual([
      { minute: 0, ...whole },
      { minute: 1, ...whole },
    ]);
    await db.callHistory.addMinute(ada, id, 0, T0 + 60 * SECOND, { ...whole, loss: 1 });
    expect((await read())?.[0]?.loss).toBe(0);
  });
});
