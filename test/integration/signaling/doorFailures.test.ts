import { knex, type Knex } from 'knex';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { databaseEnv } from '../../support/backends.ts';
import { eventually } from '../../support/eventually.ts';
import { createMeeting, createVisits, signUp, type Person } from '../../support/people.ts';
import { TestClient } from '../../support/TestClient.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

/** What a meeting keeps of its door and its roles cannot be written for a while. */
describe('a meeting whose store is away', () => {
  let server: TestServer;
  let database: Knex;
  let ada: Person;
  let alan: Person;
  let edsger: Person;
  const { come, connect, end } = createVisits(() => server);

  beforeAll(async () => {
    const env = await databaseEnv('PostgreSQL');
    database = knex({ client: 'pg', connection: env['DATABASE_URL'] ?? '' });
    server = await startTestServer({
      ...env,
      PARLEY_MEETINGS_EMPTY_MEETING_TTL_MS: '200',
      PARLEY_MEETINGS_WAITING_GRACE_MS: '200',
      PARLEY_MEETINGS_HOST_GRACE_MS: '0',
    });
    [ada, alan, edsger] = await Promise.all([
      signUp(server),
      signUp(server, 'Alan Turing'),
      signUp(server, 'Edsger Dijkstra'),
    ]);
  });
  afterAll(async () => {
    await server.close();
    await database.destroy();
  });
  afterEach(end);

  async function without(table: string, act: () => Promise<void>): Promise<void> {
    await database.raw('ALTER TABLE ?? RENAME TO ??', [table, `${table}_away`]);
    try {
      await act();
    } finally {
      await database.raw('ALTER TABLE ?? RENAME TO ??', [`${table}_away`, table]);
    }
  }

  const seen = (meetingId: string) =>
    server.meetings
      .live(meetingId)
      .participants.map(({ name, role, connection }) => [name, role, connection.state]);

  it('takes its creator back, whose role is as it was', async () => {
    const { id: meetingId } = await createMeeting(server, ada);
    const host = await come(ada, meetingId);
    const { participantId, epoch, seq } = await host.next('meeting-joined');
    await without('meeting_roles', async () => {
      const next = await connect(ada);
      const answer = await next.request('resume-meeting', { meetingId, participantId, epoch, seq });
      expect(answer.status).toBe('resumed');
    });
  });

  it('leaves no place on a connection that was refused', async () => {
    const { id: meetingId } = await createMeeting(server, ada);
    const host = await come(ada, meetingId, { deviceId: 'laptop' });
    const member = await come(alan, meetingId);
    const { participantId, epoch, seq } = await host.next('meeting-joined');
    host.cut();
    await member.next('participant-role-updated', ({ role }) => role === 'host');
    await without('meeting_roles', async () => {
      const next = await TestClient.connect(server.url, ada.token);
      for (const [name, payload] of [
        ['resume-meeting', { meetingId, participantId, epoch, seq }],
        ['join-meeting', { meetingId, deviceId: 'laptop' }],
      ] as const) {
        expect(await next.raw(name, payload)).toMatchObject({ error: { code: 'INTERNAL' } });
      }
      next.close();
      await eventually(() => {
        expect(seen(meetingId)).toContainEqual(['Ada Lovelace', 'participant', 'reconnecting']);
      });
    });
    await come(ada, meetingId, { deviceId: 'laptop' });
    expect(seen(meetingId)).toEqual([
      ['Ada Lovelace', 'host', 'connected'],
      ['Alan Turing', 'participant', 'connected'],
    ]);
  });

  it('lets those go who give up waiting, or stay away', async () => {
    const { id: meetingId } = await createMeeting(server, ada, { waitingRoom: true });
    const host = await come(ada, meetingId);
    const [first, second] = [await come(alan, meetingId), await come(edsger, meetingId)];
    await without('admissions', async () => {
      await first.request('leave-meeting', { meetingId });
      second.cut();
      for (const { participantId } of [first, second]) {
        expect(
          await host.next('participant-waiting-ended', (one) => {
            return one.participantId === participantId;
          }),
        ).toMatchObject({ outcome: 'left' });
      }
    });
    expect((await first.request('join-meeting', { meetingId })).status).toBe('waiting');
  });

  it('turns away who may not enter any more', async () => {
    const { id: meetingId } = await createMeeting(server, ada, { waitingRoom: true });
    const host = await come(ada, meetingId);
    const asks = await come(alan, meetingId);
    await without('admissions', async () => {
      await server.meetings.live(meetingId).update(() => ({ access: 'invited' }));
      expect(await asks.next('join-denied')).toMatchObject({ code: 'FORBIDDEN' });
    });
    expect(host.all('participant-waiting-ended')).toHaveLength(1);
  });

  it('finds the next host all the same, and lets in who could not come as soon as it is back', async () => {
    const { id: meetingId } = await createMeeting(server, ada, { waitingRoom: true, capacity: 2 });
    const host = await come(ada, meetingId);
    const member = await come(alan, meetingId);
    await host.request('admit-participant', { meetingId, all: true });
    await member.next('meeting-joined');
    // Before the room was full again: so that there is somebody who fits once a place is free.
    await member.request('leave-meeting', { meetingId });
    const asks = await come(edsger, meetingId);
    await come(alan, meetingId).catch(() => undefined);
    await host.request('admit-participant', {
      ...{ meetingId, participantId: (await waiting(host))[1] ?? '' },
    });
    await host.request('update-meeting', { meetingId, waitingRoom: false });
    expect(seen(meetingId).map(([name]) => name)).toEqual(['Ada Lovelace', 'Alan Turing']);
    await without('participants', async () => {
      await host.request('leave-meeting', { meetingId });
      await eventually(() => {
        expect(seen(meetingId)).toEqual([['Alan Turing', 'host', 'connected']]);
      });
    });
    await asks.next('meeting-joined');
  });

  async function waiting(host: TestClient): Promise<string[]> {
    await host.next('participant-waiting', ({ participant }) => participant.name === alan.name);
    const asked = host.all('participant-waiting').slice(-2);
    return asked.map(({ participant }) => participant.id);
  }

  it('serves who asks twice while it is slow as who asks again', async () => {
    const { id: meetingId } = await createMeeting(server, ada);
    await come(ada, meetingId);
    const clients = await Promise.all([connect(alan), connect(alan)]);
    const { coming, answers } = await database.transaction(async (held) => {
      await held.raw('LOCK TABLE participants IN ACCESS EXCLUSIVE MODE');
      // The mailbox waits for the first: the two after it are served together.
      const first = come(edsger, meetingId);
      await new Promise((resolve) => setTimeout(resolve, 200));
      const asked = clients.map((client) =>
        client.request('join-meeting', { meetingId, deviceId: 'desk' }),
      );
      await new Promise((resolve) => setTimeout(resolve, 200));
      return { coming: first, answers: Promise.all(asked) };
    });
    await coming;
    const [one, other] = await answers;
    expect(one?.participantId).toBe(other?.participantId);
    expect(seen(meetingId)).toHaveLength(3);
  });

  it('forgets an empty meeting when it can be written that all have to ask again', async () => {
    const { id: meetingId } = await createMeeting(server, ada, { waitingRoom: true });
    const host = await come(ada, meetingId);
    await without('admissions', async () => {
      await host.request('leave-meeting', { meetingId });
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(server.meetings.find(meetingId)).toBeDefined();
    });
    await eventually(() => expect(server.meetings.find(meetingId)).toBeUndefined());
  });
});
