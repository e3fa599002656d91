import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../server/config/loadConfig.ts';
import { openDatabase } from '../../../server/db/openDatabase.ts';
import { databaseEnv } from '../../support/backends.ts';
import { eventually } from '../../support/eventually.ts';
import {
  createMeeting,
  createVisits,
  enterAsGuest,
  signUp,
  type Person,
} from '../../support/people.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

describe('who may come in', () => {
  let server: TestServer;
  let ada: Person;
  let alan: Person;
  const { come, connect, end } = createVisits(() => server);

  beforeAll(async () => {
    server = await startTestServer({
      PARLEY_LIMITS_WAITING_ROOM_PER_PERSON_POINTS: '3',
      PARLEY_MEETINGS_EMPTY_MEETING_TTL_MS: '200',
    });
    [ada, alan] = await Promise.all([signUp(server), signUp(server, 'Alan Turing')]);
  });
  afterAll(() => server.close());
  afterEach(end);

  it('does not depend on how often, from how many browsers, or by how many names one asks', async () => {
    const { id: meetingId } = await createMeeting(server, ada, { waitingRoom: true });
    const ask = async (person: Person, deviceId: string) => {
      const client = await connect(person);
      const answer = await client.raw('join-meeting', { meetingId, deviceId });
      await client.request('leave-meeting', { meetingId });
      return answer.ok ? 'ok' : answer.error.code;
    };
    const devices = ['a', 'b', 'c', 'd'];
    const answers: string[] = [];
    for (const device of devices) answers.push(await ask(alan, device));
    expect(answers).toEqual(['ok', 'ok', 'ok', 'RATE_LIMITED']);
    const names: string[] = [];
    for (const name of devices) {
      names.push(await ask(await enterAsGuest(server, meetingId, name), 'phone'));
    }
    expect(names).toEqual(['ok', 'ok', 'ok', 'RATE_LIMITED']);
  });

  it('is told only to those whose turn is nearer', async () => {
    const { id: meetingId } = await createMeeting(server, ada, { waitingRoom: true });
    const ask = async (name: string) =>
      come(await enterAsGuest(server, meetingId, name), meetingId);
    const [first, second, third] = [await ask('A'), await ask('B'), await ask('C')];
    await second.request('leave-meeting', { meetingId });
    expect(await third.next('waiting-room-updated')).toMatchObject({ position: 2 });
    expect(first.all('waiting-room-updated')).toEqual([]);
  });

  it('is no guest in the browser of somebody who is banned, also of those who are in', async () => {
    const { id: meetingId } = await createMeeting(server, ada);
    const host = await come(ada, meetingId);
    const inside = await come(await enterAsGuest(server, meetingId), meetingId, { deviceId: 'x' });
    const account = await come(alan, meetingId, { deviceId: 'x' });
    await host.request('remove-participant', {
      ...{ meetingId, participantId: account.participantId, ban: true },
    });
    expect(await inside.next('meeting-left')).toMatchObject({ reason: 'banned' });
    expect(server.meetings.live(meetingId).participants).toHaveLength(1);

    const grace = await enterAsGuest(server, meetingId);
    const next = await come(grace, meetingId, { deviceId: 'y' });
    await host.request('update-meeting', { meetingId, waitingRoom: true });
    const asks = await come(await enterAsGuest(server, meetingId), meetingId, { deviceId: 'y' });
    expect(asks.status).toBe('waiting');
    await host.request('deny-participant', {
      ...{ meetingId, participantId: asks.participantId, ban: true },
    });
    expect(await next.next('meeting-left')).toMatchObject({ reason: 'banned' });
  });

  it('is no co-host any more who was put out', async () => {
    const { id: meetingId } = await createMeeting(server, ada, { waitingRoom: true });
    const host = await come(ada, meetingId);
    const helper = await come(alan, meetingId);
    await host.request('admit-participant', { meetingId, all: true });
    await helper.next('meeting-joined');
    const { participantId } = helper;
    await host.request('assign-role', { meetingId, participantId, role: 'cohost' });
    await host.request('remove-participant', { meetingId, participantId });
    expect((await helper.request('join-meeting', { meetingId })).status).toBe('waiting');
  });

  it('leads no meeting that has been empty since', async () => {
    const { id: meetingId } = await createMeeting(server, ada);
    const host = await come(ada, meetingId);
    const heir = await come(alan, meetingId);
    await host.request('leave-meeting', { meetingId });
    await heir.next('participant-role-updated', ({ role }) => role === 'host');
    await heir.request('update-meeting', { meetingId, waitingRoom: true });
    await heir.request('leave-meeting', { meetingId });
    await eventually(() => expect(server.meetings.find(meetingId)).toBeUndefined());
    const other = await signUp(server, 'Barbara');
    const asks = await come(other, meetingId);
    expect(asks.status).toBe('waiting');
    const again = await connect(alan);
    expect((await again.request('join-meeting', { meetingId })).status).toBe('waiting');
  });
});

it('asks again who does not come back after a restart', async () => {
  const env = {
    ...(await databaseEnv('PostgreSQL')),
    PARLEY_MEETINGS_EMPTY_MEETING_TTL_MS: '300',
    PARLEY_MEETINGS_WAITING_GRACE_MS: '300',
    PARLEY_AUTH_JWT_SECRET: 'a secret that outlives the first of the two servers',
  };
  const before = await startTestServer(env);
  let server = before;
  const { come, end } = createVisits(() => server);
  const [ada, alan] = [await signUp(before), await signUp(before, 'Alan Turing')];
  const { id: meetingId } = await createMeeting(before, ada, { waitingRoom: true });
  const host = await come(ada, meetingId);
  const asks = await come(alan, meetingId);
  await host.request('admit-participant', { meetingId, all: true });
  await asks.next('meeting-joined');
  await before.close();

  const after = await startTestServer(env);
  server = after;
  const database = await openDatabase(loadConfig({ file: null, env }));
  try {
    // Nobody has come: the meeting is loaded for what was left of it, and forgets that after a while.
    await eventually(async () => expect(await database.admissions.list(meetingId)).toEqual([]));
    const back = await come(alan, meetingId);
    expect(back.status).toBe('waiting');
  } finally {
    end();
    await database.close();
    await after.close();
  }
});
