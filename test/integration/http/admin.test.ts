import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RouteName } from '../../../protocol/rest.ts';
import { databaseEnv, EDGE_BACKENDS } from '../../support/backends.ts';
import {
  call,
  createMeeting,
  createVisits,
  enterAsGuest,
  signUp,
  type Person,
} from '../../support/people.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

const TOKEN = 'an-operator-token-of-32-characters-or-more';
const EMAIL = `${randomUUID()}@example.org`;

/** Every route of operators, with something to ask. */
const ROUTES: [RouteName, { body?: object; params?: Record<string, string> }][] = [
  ['listNodes', {}],
  ['markNode', { body: { mark: 'cordoned' }, params: { instanceId: 'anything' } }],
  ['listLiveMeetings', {}],
  ['readLiveMeeting', { params: { idOrCode: 'anything' } }],
  ['moveMeeting', { body: {}, params: { idOrCode: 'anything' } }],
  ['endAnyMeeting', { params: { idOrCode: 'anything' } }],
  ['listOperatorActs', {}],
  ['listWebhookEndpoints', {}],
  ['listWebhookDeliveries', {}],
  ['redeliverWebhooks', { body: { endpoint: 'anything' } }],
];

describe.each(EDGE_BACKENDS)('operators on one server, on %s', (backend) => {
  let server: TestServer;
  let ada: Person;
  const visits = createVisits(() => server);

  beforeAll(async () => {
    server = await startTestServer({
      ...(await databaseEnv(backend)),
      PARLEY_ADMIN_EMAILS: EMAIL.toUpperCase(),
      PARLEY_ADMIN_TOKEN: TOKEN,
    });
    const { token, user } = await call(server, 'signup', {
      body: { email: EMAIL, name: 'Olga Operator', password: 'correct horse battery' },
    });
    ada = { token, userId: user.id, name: user.name };
  });
  afterAll(async () => {
    visits.end();
    await server.close();
  });

  it('are accounts of the list, and say so', async () => {
    expect(await call(server, 'me', { token: ada.token })).toMatchObject({ operator: true });
    const other = await signUp(server);
    expect(await call(server, 'me', { token: other.token })).toMatchObject({ operator: false });
  });

  it.each(ROUTES)('%s is for nobody else', async (name, options) => {
    const other = await signUp(server);
    const { id } = await createMeeting(server, other);
    const guest = await enterAsGuest(server, id);
    const ask = (token?: string) =>
      call(server, name, { ...options, ...(token !== undefined && { token }) } as object);
    await expect(ask(other.token)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(ask(guest.token)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(ask()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(ask(`${TOKEN}.`)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('the token of the configuration opens no account', async () => {
    await expect(call(server, 'me', { token: TOKEN })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  it('see the node, mark it, and take that back', async () => {
    const { nodes, isRegistryReachable } = await call(server, 'listNodes', { token: TOKEN });
    expect(isRegistryReachable).toBe(true);
    expect(nodes).toMatchObject([
      {
        instanceId: server.instanceId,
        roles: ['signaling', 'media'],
        mark: 'ready',
        workers: [{ index: 0 }],
        isSelf: true,
      },
    ]);
    const params = { instanceId: server.instanceId };
    const mark = (to: 'ready' | 'cordoned' | 'draining') =>
      call(server, 'markNode', { token: ada.token, params, body: { mark: to } });
    for (const to of ['cordoned', 'draining', 'ready'] as const) {
      expect(await mark(to)).toMatchObject({ node: { mark: to } });
      const now = await call(server, 'listNodes', { token: TOKEN });
      expect(now.nodes).toMatchObject([{ mark: to }]);
    }
    const { acts } = await call(server, 'listOperatorActs', {
      token: TOKEN,
      query: { limit: '2' },
    });
    expect(acts).toMatchObject([
      { action: 'node-marked', actor: { userId: ada.userId }, detail: { mark: 'ready' } },
      { action: 'node-marked', node: params, detail: { mark: 'draining' } },
    ]);
  });

  it('cannot mark a node that is not there', async () => {
    const params = { instanceId: 'gone' };
    const asked = call(server, 'markNode', { token: TOKEN, params, body: { mark: 'draining' } });
    await expect(asked).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  const listPage = (query: Record<string, string>) =>
    call(server, 'listLiveMeetings', { token: TOKEN, query });

  it('see live meetings page by page, and where one is', async () => {
    const host = await signUp(server);
    const ids: string[] = [];
    for (const title of ['First', 'Second', 'Third']) {
      const { id } = await createMeeting(server, host, { title });
      await visits.come(await signUp(server), id);
      ids.unshift(id);
    }
    const found: string[] = [];
    let next: string | null = null;
    do {
      const query: Record<string, string> = { limit: '2', ...(next !== null && { before: next }) };
      const page = await listPage(query);
      expect(page.missing).toEqual([]);
      expect(page.meetings.length).toBeLessThanOrEqual(2);
      found.push(...page.meetings.map(({ id }) => id));
      next = page.next;
    } while (next !== null);
    expect(found.slice(0, 3)).toEqual(ids);

    const params = { idOrCode: ids[0] ?? '' };
    const { meeting, placement } = await call(server, 'readLiveMeeting', { token: TOKEN, params });
    expect(meeting).toMatchObject({
      title: 'Third',
      owner: { instanceId: server.instanceId },
      participants: 1,
      waiting: 0,
    });
    expect(placement).toMatchObject({
      routers: [{ instanceId: server.instanceId, worker: 0 }],
      links: [],
    });
    await expect(listPage({ before: 'nonsense' })).rejects.toMatchObject({
      code: 'INVALID_PAYLOAD',
    });
  });

  it('are told which meetings are not live, and which are none', async () => {
    const { id } = await createMeeting(server, await signUp(server));
    const of = (idOrCode: string) => ({ token: TOKEN, params: { idOrCode } });
    await expect(call(server, 'readLiveMeeting', of(id))).rejects.toMatchObject({
      code: 'INVALID_STATE',
    });
    await expect(call(server, 'readLiveMeeting', of('gone'))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(call(server, 'moveMeeting', { ...of(id), body: {} })).rejects.toMatchObject({
      code: 'INVALID_STATE',
    });
    await expect(call(server, 'endAnyMeeting', of('gone'))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('cannot move a meeting where there is no other node', async () => {
    const { id } = await createMeeting(server, await signUp(server));
    await visits.come(await signUp(server), id);
    const move = (body: { to?: string }) =>
      call(server, 'moveMeeting', { token: TOKEN, params: { idOrCode: id }, body });
    await expect(move({})).rejects.toMatchObject({ code: 'NO_CAPACITY' });
    await expect(move({ to: 'gone' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(move({ to: server.instanceId })).rejects.toMatchObject({ code: 'INVALID_STATE' });
  });

  it('end any meeting, which its own record tells, too', async () => {
    const { id } = await createMeeting(server, await signUp(server), { title: 'Too long' });
    const guest = await visits.come(await signUp(server), id);
    const ask = { token: ada.token, params: { idOrCode: id } };
    const { meeting } = await call(server, 'endAnyMeeting', ask);
    expect(meeting.endedAt).not.toBeNull();
    await guest.next('meeting-ended');
    expect(await call(server, 'endAnyMeeting', ask)).toEqual({ meeting });
    const { acts } = await call(server, 'listOperatorActs', {
      token: TOKEN,
      query: { limit: '2' },
    });
    expect(acts[0]).toMatchObject({
      action: 'meeting-ended',
      actor: { userId: ada.userId, name: 'Olga Operator' },
      meeting: { id, title: 'Too long' },
      node: null,
    });
    // Ending it again was no act.
    expect(acts[1]).not.toMatchObject({ action: 'meeting-ended', meeting: { id } });
  });
});
