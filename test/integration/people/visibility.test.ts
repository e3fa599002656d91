import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, databaseEnv } from '../../support/backends.ts';
import { ask, befriend, block, contactOf } from '../../support/contacts.ts';
import { call, createVisits, signUp, type Person } from '../../support/people.ts';
import { Refused, type TestClient } from '../../support/TestClient.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

/** What Alan is to Ada, and what he may then see and do of her. */
const TABLE = {
  stranger: { found: true, profile: true, status: false, told: false, asks: 'requested' },
  requested: { found: true, profile: true, status: false, told: false, asks: 'requested' },
  incoming: { found: true, profile: true, status: false, told: false, asks: 'contact' },
  contact: { found: true, profile: true, status: true, told: true, asks: 'contact' },
  removed: { found: true, profile: true, status: false, told: false, asks: 'requested' },
  'blocked by her': { found: false, profile: false, status: false, told: false, asks: 'NOT_FOUND' },
  'one who blocked her': {
    ...{ found: false, profile: false, status: false, told: false, asks: 'NOT_FOUND' },
  },
} as const;
type Relation = keyof typeof TABLE;

describe.each(BACKENDS)('who may see what of whom on %s', (backend) => {
  let server: TestServer;
  const visits = createVisits(() => server);
  beforeAll(async () => {
    server = await startTestServer(await databaseEnv(backend));
  });
  afterAll(async () => {
    visits.end();
    await server.close();
  });

  async function relate(relation: Relation, alan: Person, ada: Person): Promise<void> {
    if (relation === 'requested') await ask(server, alan, ada);
    if (relation === 'incoming') await ask(server, ada, alan);
    const wereContacts = ['contact', 'removed', 'blocked by her', 'one who blocked her'];
    if (wereContacts.includes(relation)) await befriend(server, alan, ada);
    if (relation === 'removed') {
      await call(server, 'removeContact', { token: ada.token, params: { userId: alan.userId } });
    }
    if (relation === 'blocked by her') await block(server, ada, alan);
    if (relation === 'one who blocked her') await block(server, alan, ada);
  }

  const codeOf = (error: unknown): string =>
    error instanceof Refused ? error.code : String(error);

  it.each(Object.keys(TABLE) as Relation[])('%s', async (relation) => {
    const name = `Ada ${crypto.randomUUID().slice(0, 8)}`;
    const [alan, ada] = [await signUp(server, 'Alan'), await signUp(server, name)];
    await relate(relation, alan, ada);
    const [atAlan, atAda]: TestClient[] = [await visits.connect(alan), await visits.connect(ada)];
    if (!atAlan || !atAda) throw new Error('both are connected');
    for (const client of [atAlan, atAda]) await client.request('update-chat-status', {});

    const { token } = alan;
    const { people } = await call(server, 'searchPeople', { token, query: { q: name } });
    const profile = await call(server, 'readPerson', {
      token,
      params: { userId: ada.userId },
    }).then(
      () => true,
      (error: unknown) => (codeOf(error) === 'NOT_FOUND' ? false : codeOf(error)),
    );
    const contact = await contactOf(server, alan, ada);
    await atAda.request('update-chat-status', { status: 'busy' });
    await call(server, 'updateProfile', { token: ada.token, body: { about: 'Here' } });
    // Whatever of it was to come to him has come by then: the same way, in the same order.
    await call(server, 'updateProfile', { token, body: { about: 'There' } });
    await atAlan.next('profile-updated', ({ person }) => person.id === alan.userId);
    const ofAda = atAlan.received.filter(({ payload }) =>
      JSON.stringify(payload).includes(ada.userId),
    );
    const asked = await ask(server, alan, ada).then(({ state }) => state, codeOf);
    expect({
      found: people.some(({ id }) => id === ada.userId),
      profile,
      status: contact?.status === 'online',
      told: ofAda.length > 0,
      asks: asked,
    }).toEqual(TABLE[relation]);
    if (relation === 'contact') return;
    expect([contact?.status ?? null, contact?.lastSeen ?? null]).toEqual([null, null]);
  });

  it('nobody sees an email, and guests nothing at all', async () => {
    const [ada, alan] = [await signUp(server, 'Ada'), await signUp(server, 'Alan')];
    await befriend(server, ada, alan);
    const { token } = alan;
    const shown = [
      await call(server, 'searchPeople', { token, query: { q: 'Ada' } }),
      await call(server, 'readPerson', { token, params: { userId: ada.userId } }),
      await call(server, 'listContacts', { token }),
    ];
    expect(JSON.stringify(shown)).not.toContain('@');
    const { meeting } = await call(server, 'createMeeting', { token, body: { title: 'Open' } });
    const guest = await call(server, 'guest', { body: { meeting: meeting.code, name: 'Eve' } });
    const asGuest = { token: guest.token };
    const params = { userId: ada.userId };
    for (const refused of [
      call(server, 'searchPeople', { ...asGuest, query: { q: 'Ada' } }),
      call(server, 'readPerson', { ...asGuest, params }),
      call(server, 'listContacts', asGuest),
      call(server, 'requestContact', { ...asGuest, body: { userId: ada.userId } }),
      call(server, 'block', { ...asGuest, body: { userId: ada.userId } }),
      call(server, 'updateProfile', { ...asGuest, body: { name: 'Ada' } }),
      call(server, 'deleteAccount', { ...asGuest, body: { password: 'correct horse battery' } }),
    ]) {
      await expect(refused).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
  });
});
