import type { ServerResponse } from 'node:http';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { databaseEnv, EDGE_BACKENDS } from '../../support/backends.ts';
import { eventually } from '../../support/eventually.ts';
import { call, createMeeting, createVisits, enterAsGuest, signUp } from '../../support/people.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';
import { WebhookReceiver } from '../../support/WebhookReceiver.ts';

describe.each(EDGE_BACKENDS)('what endpoints are told, on %s', (backend) => {
  let server: TestServer;
  let receiver: WebhookReceiver;
  const visits = createVisits(() => server);

  beforeAll(async () => {
    receiver = await WebhookReceiver.start();
    server = await startTestServer({ ...(await databaseEnv(backend)), ...receiver.env() });
  });
  afterEach(() => {
    visits.end();
    expect(receiver.wrong).toEqual([]);
  });
  afterAll(async () => {
    await server.close();
    await receiver.close();
  });

  it('a meeting from its creation to its end, once each and in order', async () => {
    const ada = await signUp(server);
    const { id, code } = await createMeeting(server, ada, { title: 'Planning' });
    const host = await visits.come(ada, id);
    const alan = await signUp(server, 'Alan');
    const guest = await visits.come(alan, id);
    await guest.request('leave-meeting', { meetingId: id });
    await call(server, 'endMeeting', { token: ada.token, params: { idOrCode: id } });

    const expected = [
      'meeting.created',
      'meeting.started',
      'participant.joined',
      'participant.joined',
      'participant.left',
      'meeting.ended',
      'participant.left',
      'meeting.emptied',
    ];
    await eventually(() => expect(receiver.typesOf(id)).toEqual(expected));
    const told = receiver.of(id).map(({ event }) => event);
    for (const { data, version } of told) {
      expect(version).toBe(1);
      expect(data.meeting).toEqual({ id, code, title: 'Planning', hostId: ada.userId });
    }
    expect(told[2]?.data).toMatchObject({
      participant: { id: host.participantId, userId: ada.userId, role: 'host', companion: false },
    });
    expect(told[4]?.data).toMatchObject({
      participant: { id: guest.participantId, name: 'Alan', role: 'participant', reason: 'left' },
    });
    expect(told[6]?.data).toMatchObject({ participant: { reason: 'meeting-ended' } });
    const times = told.map(({ timestamp }) => Date.parse(timestamp));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(new Set(receiver.attempts.map((one) => one.id)).size).toBe(receiver.attempts.length);
  });

  it('who waits, and what becomes of them', async () => {
    const ada = await signUp(server);
    const { id: meetingId } = await createMeeting(server, ada, { waitingRoom: true });
    const host = await visits.come(ada, meetingId);
    const [grace, ken, eve, mallory] = await Promise.all(
      ['Grace', 'Ken', 'Eve', 'Mallory'].map((name) => enterAsGuest(server, meetingId, name)),
    );
    if (!grace || !ken || !eve || !mallory) throw new Error('not everybody is here');
    const graces = await visits.come(grace, meetingId);
    await host.request('admit-participant', { meetingId, participantId: graces.participantId });
    const kens = await visits.come(ken, meetingId);
    await host.request('deny-participant', { meetingId, participantId: kens.participantId });
    const eves = await visits.come(eve, meetingId);
    await eves.request('leave-meeting', { meetingId });
    const mallorys = await visits.come(mallory, meetingId);
    await host.request('deny-participant', {
      ...{ meetingId, participantId: mallorys.participantId, ban: true },
    });

    await eventually(() => expect(receiver.of(meetingId)).toHaveLength(12));
    const about = receiver.of(meetingId).flatMap(({ event }) => {
      return 'participant' in event.data
        ? [[event.type, event.data.participant.name, event.data.participant.id]]
        : [];
    });
    expect(about.slice(1)).toEqual([
      ['participant.waiting', 'Grace', graces.participantId],
      ['participant.admitted', 'Grace', graces.participantId],
      ['participant.joined', 'Grace', graces.participantId],
      ['participant.waiting', 'Ken', kens.participantId],
      ['participant.denied', 'Ken', kens.participantId],
      ['participant.waiting', 'Eve', eves.participantId],
      ['participant.left_waiting_room', 'Eve', eves.participantId],
      ['participant.waiting', 'Mallory', mallorys.participantId],
      ['participant.denied', 'Mallory', mallorys.participantId],
    ]);
  });

  it('starts again after everybody has left', async () => {
    const ada = await signUp(server);
    const { id: meetingId } = await createMeeting(server, ada);
    for (const times of [1, 2]) {
      const client = await visits.come(ada, meetingId);
      await client.request('leave-meeting', { meetingId });
      await eventually(() => {
        const types = receiver.typesOf(meetingId);
        expect(types.filter((type) => type === 'meeting.started')).toHaveLength(times);
        expect(types.filter((type) => type === 'meeting.emptied')).toHaveLength(times);
      });
    }
  });

  it('is verified as the documentation says', async () => {
    const page = await readFile(joinPath(import.meta.dirname, '../../../docs/webhooks.md'), 'utf8');
    const [, snippet] = /```js\n(.+?)```/s.exec(page) ?? [];
    if (snippet === undefined) throw new Error('the page shows how to verify');
    const folder = await mkdtemp(joinPath(tmpdir(), 'parley-snippet-'));
    try {
      const file = joinPath(folder, 'verify.mjs');
      await writeFile(file, snippet);
      const { verify } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as {
        verify: (secret: string, headers: Record<string, unknown>, body: string) => unknown;
      };
      await createMeeting(server, await signUp(server));
      const [{ headers, body, event }] = await eventually(() => {
        const [first] = receiver.received.slice(-1);
        if (!first) throw new Error('nothing was told');
        return [first] as const;
      });
      const { SECRET } = WebhookReceiver;
      expect(verify(SECRET, headers, body)).toEqual(event);
      expect(() => verify(SECRET, headers, body.replace('version', 'versiom'))).toThrow();
      const old = { ...headers, 'webhook-timestamp': '1614265330' };
      expect(() => verify(SECRET, old, body)).toThrow();
      const other = `whsec_${Buffer.from('another-secret-of-many-bytes').toString('base64')}`;
      expect(() => verify(other, headers, body)).toThrow();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe.each(EDGE_BACKENDS)('an endpoint that fails, on %s', (backend) => {
  const TOKEN = 'an-operator-token-of-32-characters-or-more';
  const RETRY_MAX_MS = 100;
  let server: TestServer;
  let receiver: WebhookReceiver;

  beforeEach(async () => {
    receiver = await WebhookReceiver.start();
    server = await startTestServer({
      ...(await databaseEnv(backend)),
      ...receiver.env({ events: ['meeting.created'] }),
      PARLEY_ADMIN_TOKEN: TOKEN,
      PARLEY_WEBHOOKS_ATTEMPTS: '3',
      PARLEY_WEBHOOKS_TIMEOUT_MS: '300',
      PARLEY_WEBHOOKS_RETRY_MIN_MS: '20',
      PARLEY_WEBHOOKS_RETRY_MAX_MS: String(RETRY_MAX_MS),
    });
  });
  afterEach(async () => {
    await server.close();
    await receiver.close();
  });

  const attemptsOf = (meetingId: string) =>
    receiver.attempts.filter(({ event }) => event.data.meeting.id === meetingId);

  it.each([
    ['answers with an error', (response) => response.writeHead(500).end('x'.repeat(1_000_000))],
    ['does not answer in time', () => undefined],
    ['breaks the connection', (response) => response.destroy()],
  ] satisfies [string, (response: ServerResponse) => void][])(
    'is told again when it %s: the same event, by the same id',
    async (_, fail) => {
      receiver.answer = (response, _, earlier) => {
        if (earlier < 2) fail(response);
        else response.writeHead(204).end();
      };
      const { id } = await createMeeting(server, await signUp(server));
      await eventually(() => expect(receiver.of(id)).toHaveLength(1));
      const attempts = attemptsOf(id);
      expect(attempts).toHaveLength(3);
      expect(new Set(attempts.map((one) => one.id)).size).toBe(1);
      expect(new Set(attempts.map((one) => one.body)).size).toBe(1);
    },
  );

  it('is left alone for as long as it asks for, within reason', async () => {
    const asked: number[] = [];
    receiver.answer = (response, _, earlier) => {
      asked.push(performance.now());
      if (earlier === 0) response.writeHead(503, { 'retry-after': '3600' }).end();
      else response.writeHead(204).end();
    };
    const { id } = await createMeeting(server, await signUp(server));
    await eventually(() => expect(receiver.of(id)).toHaveLength(1));
    const [first = 0, second = 0] = asked;
    expect(second - first).toBeGreaterThanOrEqual(RETRY_MAX_MS);
  });

  it('is not followed to where it redirects', async () => {
    const elsewhere = await WebhookReceiver.start();
    receiver.answer = (response) => response.writeHead(307, { location: elsewhere.url }).end();
    const { id } = await createMeeting(server, await signUp(server));
    await eventually(() => expect(attemptsOf(id)).toHaveLength(3));
    expect(elsewhere.attempts).toEqual([]);
    expect(elsewhere.wrong).toEqual([]);
    await elsewhere.close();
  });

  it('is not asked again when it is gone for good', async () => {
    receiver.answer = (response) => response.writeHead(410).end();
    const { id } = await createMeeting(server, await signUp(server));
    await eventually(async () => {
      const { deliveries } = await call(server, 'listWebhookDeliveries', { token: TOKEN });
      expect(deliveries).toMatchObject([{ meetingId: id, state: 'failed', lastStatus: 410 }]);
    });
    expect(attemptsOf(id)).toHaveLength(1);
  });

  it('is given up after the last attempt, which operators see and can undo', async () => {
    receiver.answer = (response) => response.writeHead(503).end();
    const { id } = await createMeeting(server, await signUp(server));
    const [failed] = await eventually(async () => {
      const { deliveries } = await call(server, 'listWebhookDeliveries', {
        token: TOKEN,
        query: { state: 'failed' },
      });
      expect(deliveries).toHaveLength(1);
      return deliveries;
    });
    if (!failed) throw new Error('one was given up');
    expect(failed).toMatchObject({ meetingId: id, attempts: 3, lastStatus: 503, lastError: null });
    expect(attemptsOf(id)).toHaveLength(3);
    const { endpoints } = await call(server, 'listWebhookEndpoints', { token: TOKEN });
    expect(endpoints).toMatchObject([
      { id: failed.endpoint, url: receiver.url, pending: 0, failed: 1, delivered: 0 },
    ]);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('parley_webhook_attempts_total{outcome="given_up"} 1');
    expect(metrics).toContain('parley_webhook_attempts_total{outcome="failed"} 2');

    receiver.acceptAll();
    const { count } = await call(server, 'redeliverWebhooks', {
      token: TOKEN,
      body: { endpoint: failed.endpoint },
    });
    expect(count).toBe(1);
    await eventually(() => expect(receiver.of(id)).toHaveLength(1));
    expect(receiver.of(id)[0]?.id).toBe(failed.eventId);
    const { acts } = await call(server, 'listOperatorActs', { token: TOKEN });
    expect(acts[0]).toMatchObject({
      action: 'webhooks-redelivered',
      detail: { endpoint: receiver.url, count: '1' },
    });
    await expect(
      call(server, 'redeliverWebhooks', {
        token: TOKEN,
        body: { endpoint: failed.endpoint, eventId: 'msg_none' },
      }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(
      call(server, 'redeliverWebhooks', { token: TOKEN, body: { endpoint: 'nobody' } }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is told of nothing that it did not ask for', async () => {
    const ada = await signUp(server);
    const { id } = await createMeeting(server, ada);
    await call(server, 'endMeeting', { token: ada.token, params: { idOrCode: id } });
    const { id: next } = await createMeeting(server, ada);
    await eventually(() => expect(receiver.typesOf(next)).toEqual(['meeting.created']));
    expect(receiver.typesOf(id)).toEqual(['meeting.created']);
  });
});
