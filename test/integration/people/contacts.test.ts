import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EDGE_BACKENDS, databaseEnv } from '../../support/backends.ts';
import { ask, befriend, block, contactOf, contactsOf } from '../../support/contacts.ts';
import { call, createVisits, signUp, type Person } from '../../support/people.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

const ROUNDS = 100;

describe.each(EDGE_BACKENDS)('contacts on %s', (backend) => {
  let server: TestServer;
  const visits = createVisits(() => server);
  beforeAll(async () => {
    server = await startTestServer({
      ...(await databaseEnv(backend)),
      PARLEY_LIMITS_REQUEST_CONTACT_PER_ACCOUNT_POINTS: '1000',
      PARLEY_LIMITS_SEARCH_PEOPLE_PER_ACCOUNT_POINTS: '1000',
    });
  });
  afterAll(async () => {
    visits.end();
    await server.close();
  });
  const people = (...names: string[]) => Promise.all(names.map((name) => signUp(server, name)));
  const two = async (): Promise<[Person, Person]> => {
    const [ada, alan] = await people('Ada Lovelace', 'Alan Turing');
    if (!ada || !alan) throw new Error('two have signed up');
    return [ada, alan];
  };
  const search = async ({ token }: Person, q: string, query: Record<string, string> = {}) =>
    call(server, 'searchPeople', { token, query: { q, ...query } });

  it('are asked for, agreed to and removed, and both hear of each step', async () => {
    const [ada, alan] = await two();
    const [atAda, atAlan] = [await visits.connect(ada), await visits.connect(alan)];
    expect(await ask(server, ada, alan)).toMatchObject({ state: 'requested', status: null });
    const asked = await atAlan.next('contact-updated');
    expect(asked.contact).toMatchObject({
      person: { id: ada.userId, name: 'Ada Lovelace' },
      state: 'incoming',
      status: null,
    });
    const { contact } = await call(server, 'acceptContact', {
      token: alan.token,
      params: { userId: ada.userId },
    });
    expect(contact.state).toBe('contact');
    await atAda.next('contact-updated', (told) => told.contact.state === 'contact');
    await atAlan.next('contact-updated', (told) => told.contact.state === 'contact');
    const params = { userId: alan.userId };
    await call(server, 'removeContact', { token: ada.token, params });
    expect(await atAlan.next('contact-removed')).toEqual({ userId: ada.userId });
    expect(await atAda.next('contact-removed')).toEqual({ userId: alan.userId });
    expect(await contactsOf(server, alan)).toEqual([]);
    await call(server, 'removeContact', { token: ada.token, params });
    expect(atAlan.all('contact-removed')).toHaveLength(1);
  });

  it('are declined and taken back, and nobody agrees to what was not asked', async () => {
    const [ada, alan] = await two();
    await ask(server, ada, alan);
    const accept = (one: Person, other: Person) =>
      call(server, 'acceptContact', { token: one.token, params: { userId: other.userId } });
    await expect(accept(ada, alan)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await call(server, 'removeContact', { token: alan.token, params: { userId: ada.userId } });
    await expect(accept(alan, ada)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await ask(server, ada, alan);
    await call(server, 'removeContact', { token: ada.token, params: { userId: alan.userId } });
    expect(await contactsOf(server, alan)).toEqual([]);
    await expect(ask(server, ada, ada)).rejects.toMatchObject({ code: 'INVALID_STATE' });
    const nobody = { ...alan, userId: randomUUID() };
    await expect(ask(server, ada, nobody)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it(`become one contact when both ask at once, ${ROUNDS} times`, async () => {
    const [ada, alan] = await two();
    for (let round = 0; round < ROUNDS; round++) {
      await Promise.all([ask(server, ada, alan), ask(server, alan, ada)]);
      const [ofAda, ofAlan] = [await contactsOf(server, ada), await contactsOf(server, alan)];
      expect([ofAda, ofAlan].map((list) => list.map(({ state }) => state))).toEqual([
        ['contact'],
        ['contact'],
      ]);
      const params = { userId: alan.userId };
      await call(server, 'removeContact', { token: ada.token, params });
    }
  });

  it(`are none of whoever is blocked in the same moment, ${ROUNDS} times`, async () => {
    const [ada, alan] = await two();
    for (let round = 0; round < ROUNDS; round++) {
      const asked = ask(server, alan, ada).catch((error: unknown) => error);
      await Promise.all([asked, block(server, ada, alan)]);
      expect(await contactsOf(server, ada)).toEqual([]);
      expect(await contactsOf(server, alan)).toEqual([]);
      await call(server, 'unblock', { token: ada.token, params: { userId: alan.userId } });
    }
  });

  it('come in pages, the last first', async () => {
    const [ada, ...others] = await people('Ada', 'One', 'Two', 'Three', 'Four', 'Five');
    if (!ada) throw new Error('Ada has signed up');
    for (const other of others) await ask(server, other, ada);
    const seen: string[] = [];
    let before: string | null = null;
    do {
      const query: Record<string, string> = { limit: '2', ...(before !== null && { before }) };
      const page = await call(server, 'listContacts', { token: ada.token, query });
      expect(page.contacts.length).toBeLessThanOrEqual(2);
      seen.push(...page.contacts.map(({ person }) => person.name));
      before = page.next;
    } while (before !== null);
    expect(seen).toEqual(['Five', 'Four', 'Three', 'Two', 'One']);
  });

  it('are found by the beginnings of words, by whole emails, and by nothing that means more', async () => {
    // Begins as nothing does that is looked for below.
    const mark = `m${randomUUID().slice(0, 7)}`;
    const names = [`Zoë ${mark} van den Berg`, `100%_${mark} \\o/`, `Zoe ${mark}`];
    const [zoe, odd] = await people(...names);
    const seeker = await signUp(server, `Seeker ${mark}`);
    const found = async (q: string) =>
      (await search(seeker, q)).people.map(({ name }) => name).filter((one) => one.includes(mark));
    if (!zoe || !odd) throw new Error('they have signed up');
    expect(await found(mark)).toEqual(expect.arrayContaining([names[0], names[2]]));
    expect(await found(`ber ${mark}`)).toEqual([names[0]]);
    expect(await found('100%_')).toEqual([names[1]]);
    expect(await found('%0%')).toEqual([]);
    expect(await found('_00')).toEqual([]);
    for (const q of ["'", '\\', "q':* | 'q", '&', '!!', ':*', '%', '<->', '(', '🦄']) {
      expect(await found(q), q).toEqual([]);
    }
    const email = `${mark}@example.org`;
    const body = { email, name: 'By Email', password: 'correct horse battery' };
    const { user } = await call(server, 'signup', { body });
    const { people: byEmail } = await search(seeker, email.toUpperCase());
    expect(byEmail).toEqual([{ id: user.id, name: 'By Email', about: '', avatarUrl: null }]);
    expect((await search(seeker, email.slice(0, -1))).people).toEqual([]);
    expect(await found(`seeker ${mark}`)).toEqual([]);
  });

  it('are found page by page', async () => {
    const mark = randomUUID().slice(0, 8);
    const names = ['a', 'B', 'c', 'D', 'e'].map((letter) => `${mark} ${letter}`);
    await people(...names);
    const seeker = await signUp(server);
    const seen: string[] = [];
    let before: string | null = null;
    do {
      const more: Record<string, string> = { limit: '2', ...(before !== null && { before }) };
      const page = await search(seeker, mark, more);
      seen.push(...page.people.map(({ name }) => name));
      before = page.next;
    } while (before !== null);
    expect(seen).toEqual(names);
  });

  it('see changes of a profile, and so do other devices', async () => {
    const [ada, alan] = await two();
    await befriend(server, ada, alan);
    const [atAda, atAlan] = [await visits.connect(ada), await visits.connect(alan)];
    const body = { name: 'Augusta Ada King', about: 'Notes by the translator' };
    const { person } = await call(server, 'updateProfile', { token: ada.token, body });
    expect(person).toMatchObject(body);
    for (const client of [atAda, atAlan]) {
      expect((await client.next('profile-updated')).person).toEqual(person);
    }
    const { user } = await call(server, 'me', { token: ada.token });
    expect(user.name).toBe('Augusta Ada King');
    // Also for connections that came before.
    const { meeting } = await call(server, 'createMeeting', {
      token: ada.token,
      body: { title: 'Standup' },
    });
    await atAda.request('join-meeting', { meetingId: meeting.id });
    const { participants } = await atAda.next('meeting-joined');
    expect(participants.map(({ name }) => name)).toEqual(['Augusta Ada King']);
    expect((await contactOf(server, alan, ada))?.person).toEqual(person);
  });
});

describe('where the operator has closed the directory', () => {
  it('people are found by their whole email only', async () => {
    const server = await startTestServer({ PARLEY_PEOPLE_DIRECTORY: 'exact-email' });
    const email = `${randomUUID()}@example.org`;
    const body = { email, name: 'Findable', password: 'correct horse battery' };
    await call(server, 'signup', { body });
    const { token } = await signUp(server);
    const found = async (q: string) =>
      (await call(server, 'searchPeople', { token, query: { q } })).people.length;
    expect(await found('Findable')).toBe(0);
    expect(await found(email)).toBe(1);
    await server.close();
  });
});
