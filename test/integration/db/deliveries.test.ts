import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../server/config/loadConfig.ts';
import type { Database } from '../../../server/db/openDatabase.ts';
import { endpointsOf } from '../../../server/webhooks/endpoints.ts';
import { BACKENDS } from '../../support/backends.ts';
import {
  accountRecord,
  meetingRecord,
  openTestDatabase,
  participantRecord,
  sessionRecord,
  T0,
} from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';

const secret = `whsec_${Buffer.from('a-secret-of-thirty-two-bytes-yes').toString('base64')}`;
const ENV = {
  PARLEY_WEBHOOKS_ENDPOINTS: JSON.stringify([
    { url: 'https://all.example.org', secret },
    { url: 'https://ends.example.org', secret, events: ['meeting.ended'] },
  ]),
};
const LEASE_MS = 60_000;
const DAY_MS = 86_400_000;

describe.each(BACKENDS)('what is to be told, on %s', (backend) => {
  let db: Database;
  const [all, ends] = endpointsOf(loadConfig({ file: null, env: ENV }).webhooks).map(
    ({ id }) => id,
  );
  if (all === undefined || ends === undefined) throw new Error('there are two endpoints');

  beforeAll(async () => {
    db = await openTestDatabase(backend, ENV);
  });
  afterAll(() => db.close());

  async function createMeeting(): Promise<string> {
    const user = accountRecord();
    await db.users.insertWithSession(user, sessionRecord(user.id));
    const meeting = meetingRecord(user.id);
    await db.meetings.insert(meeting);
    return meeting.id;
  }

  /** Everything that is due, so that the next test begins with nothing. */
  const claimAll = (endpoint: string, leaseMs = LEASE_MS) =>
    db.deliveries.claim(endpoint, { limit: 1_000, leaseMs });

  it('is stored for those who asked for it, in its order', async () => {
    const meetingId = await createMeeting();
    const fence = { meetingId, epoch: 1 };
    const [one, two] = ['Ada', 'Alan'].map((name) =>
      participantRecord(meetingId, randomUUID(), { name }),
    );
    if (!one || !two) throw new Error('there are two');
    await db.participants.enter(fence, [one, two], true);
    await db.meetings.update(fence, { endedAt: T0 + 2_000 });
    const departures = [one, two].map(({ id }) => ({
      ...{ participantId: id, leftAt: T0 + 3_000, reason: 'left' as const },
      forgetAdmission: true,
    }));
    await db.participants.leave(fence, departures, true);
    // Nobody has left a second time.
    await db.participants.leave(fence, departures, true);

    const told = await claimAll(all);
    expect(told.map(({ type }) => type)).toEqual([
      ...['meeting.created', 'meeting.started', 'participant.joined', 'participant.joined'],
      ...['meeting.ended', 'participant.left', 'participant.left', 'meeting.emptied'],
    ]);
    expect(told.map(({ at }) => at - T0)).toEqual([0, 0, 0, 0, 2_000, 3_000, 3_000, 3_000]);
    expect(told[5]?.data).toMatchObject({
      meeting: { id: meetingId },
      participant: {
        joinedAt: new Date(T0).toISOString(),
        leftAt: new Date(T0 + 3_000).toISOString(),
      },
    });
    expect((await claimAll(ends)).map(({ type }) => type)).toEqual(['meeting.ended']);
  });

  it('is not there without the fact', async () => {
    const meetingId = await createMeeting();
    await claimAll(all);
    await db.meetings.claim({ meetingId, epoch: 2 });
    const late = { meetingId, epoch: 1 };
    const stay = participantRecord(meetingId, randomUUID());
    await Promise.allSettled([
      db.participants.enter(late, [stay], true),
      db.meetings.update(late, { endedAt: T0 }),
      db.admissions.wait(late, {
        ...{ meetingId, userId: stay.userId, state: 'waiting', participantId: stay.id },
        ...{ deviceId: null, name: 'Ada', since: T0, email: null },
      }),
    ]);
    expect(await claimAll(all)).toEqual([]);
    expect(await claimAll(ends)).toEqual([]);
  });

  it('is taken by one alone, until it is given back or the time is over', async () => {
    const meetingIds = await Promise.all(Array.from({ length: 20 }, createMeeting));
    const claims = await Promise.all(
      Array.from({ length: 8 }, () => db.deliveries.claim(all, { limit: 5, leaseMs: LEASE_MS })),
    );
    const taken = claims.flat();
    expect(taken.map(({ meetingId }) => meetingId).sort()).toEqual([...meetingIds].sort());
    expect(await claimAll(all)).toEqual([]);

    await db.deliveries.release(taken.slice(0, 3));
    const again = await claimAll(all, 50);
    expect(again.map(({ seq }) => seq)).toEqual(
      taken
        .slice(0, 3)
        .map(({ seq }) => seq)
        .sort((a, b) => a - b),
    );
    await eventually(async () => expect(await claimAll(all)).toHaveLength(3));
  });

  it('is tried again when it is due, and whoever was too late has no say', async () => {
    await createMeeting();
    const [delivery] = await claimAll(all);
    if (!delivery) throw new Error('there is one');
    await db.deliveries.fail(delivery, { status: 500, error: null, retryMs: 50 });
    expect(await db.deliveries.nextDueMs(all)).toBeLessThanOrEqual(50);
    const [again] = await eventually(async () => {
      const due = await claimAll(all);
      expect(due).toHaveLength(1);
      return due;
    });
    if (!again) throw new Error('it is there');
    expect(again).toMatchObject({ eventId: delivery.eventId, attempts: 1 });
    // The one that had it before.
    await db.deliveries.fail(delivery, { status: null, error: 'late', retryMs: null });
    await db.deliveries.settle(again, 204);
    const { deliveries } = await db.deliveries.list({
      ...{ endpoint: all, state: 'delivered', before: undefined, limit: 1 },
    });
    expect(deliveries).toMatchObject([{ eventId: delivery.eventId, attempts: 2, lastStatus: 204 }]);
  });

  it('goes when it has been settled for long, or nobody sends it any more', async () => {
    await createMeeting();
    const [delivery] = await claimAll(all, DAY_MS);
    if (!delivery) throw new Error('there is one');
    await db.deliveries.settle(delivery, 200);
    await createMeeting();
    const [taken] = await claimAll(all, DAY_MS);
    await createMeeting();
    expect(await db.deliveries.purge(DAY_MS)).toBe(0);
    // What is under way stays; as of tomorrow nobody would have cared for the rest.
    await db.deliveries.purge(-1_000);
    const page = { endpoint: all, state: undefined, before: undefined, limit: 100 };
    const { deliveries } = await db.deliveries.list(page);
    expect(deliveries.at(0)?.eventId).toBe(taken?.eventId);
    expect(deliveries.map(({ state }) => state)).not.toContain('delivered');
  });
});
