import { knex, type Knex } from 'knex';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { databaseEnv } from '../../support/backends.ts';
import { eventually } from '../../support/eventually.ts';
import { createMeeting, createVisits, signUp } from '../../support/people.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

let server: TestServer;
let database: Knex;
const visits = createVisits(() => server);

beforeAll(async () => {
  const env = await databaseEnv('PostgreSQL');
  database = knex({ client: 'pg', connection: env['DATABASE_URL'] ?? '' });
  server = await startTestServer({ ...env, PARLEY_AUTH_SESSION_CHECK_SEC: '1' });
});
afterAll(async () => {
  visits.end();
  await server.close();
  await database.destroy();
});

it('cuts off who has signed out on a node that could tell nobody', async () => {
  const [ada, alan] = [await signUp(server), await signUp(server, 'Alan')];
  const { id: meetingId } = await createMeeting(server, ada);
  const host = await visits.come(ada, meetingId);
  const guest = await visits.come(alan, meetingId);
  // All that such a node does is this.
  await database('sessions').where({ user_id: alan.userId }).update({ revoked_at: new Date() });
  expect(await host.next('participant-left')).toMatchObject({
    participantId: guest.participantId,
    reason: 'left',
  });
  await eventually(() => expect(guest.socket.connected).toBe(false));
  await host.request('raise-hand', { meetingId, raised: true });
  expect(host.socket.connected).toBe(true);
  // Nor does it come back.
  await expect(visits.connect(alan)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});
