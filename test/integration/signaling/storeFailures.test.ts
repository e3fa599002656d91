import { knex, type Knex } from 'knex';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseEnv } from '../../support/backends.ts';
import { eventually } from '../../support/eventually.ts';
import { call, createMeeting, join, signUp, type Person } from '../../support/people.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

/** The history of stays cannot be written: the table is not where it should be. */
describe('a meeting whose stays cannot be stored', () => {
  let server: TestServer;
  let database: Knex;
  let host: Person;
  let other: Person;

  beforeAll(async () => {
    const env = await databaseEnv('PostgreSQL');
    database = knex({ client: 'pg', connection: env['DATABASE_URL'] ?? '' });
    server = await startTestServer(env);
    [host, other] = await Promise.all([signUp(server), signUp(server, 'Alan Turing')]);
  });
  afterAll(async () => {
    await server.close();
    await database.destroy();
  });

  async function withoutStays(act: () => Promise<void>): Promise<void> {
    await database.raw('ALTER TABLE participants RENAME TO participants_away');
    try {
      await act();
    } finally {
      await database.raw('ALTER TABLE participants_away RENAME TO participants');
    }
  }

  it('lets nobody in halfway, and whoever was in moves to another device all the same', async () => {
    const { id } = await createMeeting(server, host);
    const inside = await join(server, host, id);
    await withoutStays(async () => {
      const [moved, refused] = await Promise.allSettled([
        join(server, host, id, { takeOver: true }),
        join(server, other, id),
      ]);
      expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'INTERNAL' } });
      if (moved.status === 'rejected') throw moved.reason;
      expect(await inside.next('meeting-left')).toMatchObject({ reason: 'replaced' });
      const [meeting] = server.meetings.liveMeetings;
      expect(meeting?.participants).toMatchObject([{ userId: host.userId }]);
      moved.value.close();
    });
    const late = await join(server, other, id);
    const { participants } = await late.next('meeting-joined');
    expect(participants).toHaveLength(2);
    late.close();
    await call(server, 'endMeeting', { token: host.token, params: { idOrCode: id } });
  });

  it('stores that somebody has left before they come back, and nothing that undoes it', async () => {
    const { id } = await createMeeting(server, host, { waitingRoom: true });
    const hosts = await join(server, host, id);
    const waits = await join(server, other, id);
    await hosts.request('admit-participant', { meetingId: id, participantId: waits.participantId });
    await withoutStays(async () => {
      await waits.request('leave-meeting', { meetingId: id });
      await hosts.next('participant-left');
    });
    const again = await waits.request('join-meeting', { meetingId: id });
    expect(again.status).toBe('waiting');
    const stored = () =>
      database('admissions')
        .where({ meeting_id: id, user_id: other.userId })
        .pluck<string[]>('state');
    expect(await stored()).toEqual(['waiting']);
    expect(
      await database('participants').where({ id: waits.participantId }).pluck('leave_reason'),
    ).toEqual(['left']);
    await hosts.request('raise-hand', { meetingId: id, raised: true });
    expect(await stored()).toEqual(['waiting']);
    hosts.close();
    waits.close();
  });

  it('leaves no router of a meeting that nobody could enter', async () => {
    const { id } = await createMeeting(server, host);
    await withoutStays(async () => {
      await expect(join(server, host, id)).rejects.toMatchObject({ code: 'INTERNAL' });
    });
    await eventually(() => expect(server.media.workerOf(id)).toBeUndefined());
    (await join(server, host, id)).close();
  });

  it('lets people leave and ends', async () => {
    const { id } = await createMeeting(server, host);
    const stays = await join(server, host, id);
    const goes = await join(server, other, id);
    await withoutStays(async () => {
      await goes.request('leave-meeting', { meetingId: id });
      expect(await stays.next('participant-left')).toMatchObject({ reason: 'left' });
      await call(server, 'endMeeting', { token: host.token, params: { idOrCode: id } });
    });
    await stays.next('meeting-ended');
    expect(server.meetings.find(id)).toBeUndefined();
    await expect(join(server, other, id)).rejects.toMatchObject({ code: 'ENDED' });
    stays.close();
    goes.close();
  });
});
