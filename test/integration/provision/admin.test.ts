import { afterAll, beforeAll, expect, it } from 'vitest';
import { runAdmin } from '../../../provision/admin/runAdmin.ts';
import { eventually } from '../../support/eventually.ts';
import { createMeeting, createVisits, signUp } from '../../support/people.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';
import { WebhookReceiver } from '../../support/WebhookReceiver.ts';

const TOKEN = 'an-operator-token-of-32-characters-or-more';

let server: TestServer;
let receiver: WebhookReceiver;
const visits = createVisits(() => server);

beforeAll(async () => {
  receiver = await WebhookReceiver.start();
  server = await startTestServer({
    ...receiver.env({ events: ['meeting.created'] }),
    PARLEY_ADMIN_TOKEN: TOKEN,
    PARLEY_NODE_NAME: 'the-node',
    PARLEY_MEETINGS_EMPTY_MEETING_TTL_MS: '0',
  });
});
afterAll(async () => {
  visits.end();
  await server.close();
  await receiver.close();
});

/** As somebody at a shell sees it. */
function start(args: string[], env: Record<string, string> = { PARLEY_ADMIN_TOKEN: TOKEN }) {
  const out: string[] = [];
  const err: string[] = [];
  const code = runAdmin(args, {
    env: { PARLEY_ADMIN_URL: server.url, ...env },
    stop: new AbortController().signal,
    print: (text) => out.push(text),
    complain: (text) => err.push(text),
  });
  return { code, out, err };
}

async function run(...args: string[]) {
  const { code, out, err } = start(args);
  return { code: await code, out: out.join('\n'), err: err.join('\n') };
}

it('lists the nodes, for people and for programs', async () => {
  const { code, out } = await run('nodes');
  expect(code).toBe(0);
  expect(out).toMatch(/^NODE +MARK +ROLES .*\nthe-node \* +ready +signaling,media /);
  const asJson = await run('nodes', '--json');
  expect(JSON.parse(asJson.out)).toMatchObject({ nodes: [{ instanceId: server.instanceId }] });
});

it('drains a node, waits until it is empty, and takes that back', async () => {
  const { id } = await createMeeting(server, await signUp(server), { title: 'Lingering' });
  const guest = await visits.come(await signUp(server), id);
  const drain = start(['drain', 'the-node', '--wait']);
  await eventually(() =>
    expect(drain.err.join('\n')).toMatch(/^the-node: 1 meeting, 1 connection/),
  );
  guest.close();
  expect(await drain.code).toBe(0);
  expect(drain.err.at(-1)).toBe('the-node is empty: it can be stopped.');
  expect(await run('undrain', server.instanceId)).toMatchObject({
    code: 0,
    out: 'the-node is ready.',
  });
});

it('stops waiting when somebody else takes the drain back', async () => {
  const { id } = await createMeeting(server, await signUp(server));
  await visits.come(await signUp(server), id);
  const drain = start(['drain', 'the-node', '--wait']);
  await eventually(() => expect(drain.err).not.toEqual([]));
  await run('cordon', 'the-node');
  expect(await drain.code).toBe(1);
  expect(drain.err.at(-1)).toContain('made the-node cordoned meanwhile');
  await run('uncordon', 'the-node');
});

it('shows a meeting, cannot move it anywhere, ends it, and tells who did', async () => {
  const { id, code: joinCode } = await createMeeting(server, await signUp(server), {
    title: 'Town \u200ehall',
  });
  await visits.come(await signUp(server), id);
  expect((await run('meetings')).out).toContain('Town hall');
  expect((await run('meetings', joinCode)).out).toMatch(/NODE +WORKER +PEOPLE\nthe-node +0 +\d/);
  const moved = await run('move', id);
  expect(moved).toMatchObject({ code: 1, out: '' });
  expect(moved.err).toContain('(NO_CAPACITY)');
  expect(await run('end', joinCode)).toMatchObject({ code: 0, out: '“Town hall” is over.' });
  const { out } = await run('audit', '--limit', '1');
  expect(out).toMatch(/^AT +WHAT\n\S+ +Operator token ended “Town hall”$/);
});

it.each([
  [[], 'Which command?'],
  [['dance'], 'There is no command "dance".'],
  [['nodes', 'more'], 'What is more for?'],
  [['drain'], 'Which node?'],
  [['nodes', '--nope'], '--nope'],
])('%j is not understood', async (args, complaint) => {
  const { code, err, out } = await run(...args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(complaint);
});

it('says what is wrong with the server, the token or the node', async () => {
  const wrong = start(['nodes'], { PARLEY_ADMIN_TOKEN: 'x'.repeat(40) });
  expect(await wrong.code).toBe(1);
  expect(wrong.err.join()).toContain('does not know this token');
  const away = start(['nodes', '--url', 'http://127.0.0.1:1']);
  expect(await away.code).toBe(1);
  expect(away.err.join()).toContain('cannot be reached');
  expect(await run('cordon', 'gone')).toMatchObject({
    code: 1,
    err: 'There is no node gone. There are: the-node (NOT_FOUND)',
  });
  const without = start(['nodes'], {});
  expect(await without.code).toBe(2);
});

it('shows endpoints and what was given up, and sends it again', async () => {
  receiver.answer = (response) => response.writeHead(410).end();
  const { id } = await createMeeting(server, await signUp(server));
  await eventually(async () => {
    const { out } = await run('deliveries', '--failed', '--limit', '1', '--json');
    expect(JSON.parse(out)).toMatchObject({ deliveries: [{ meetingId: id }] });
  });
  const listed = await run('webhooks');
  expect(listed.out).toMatch(/^ENDPOINT +PENDING +FAILED .*\n[0-9a-f]{12} /);
  const [, endpoint = ''] = /\n([0-9a-f]{12}) /.exec(listed.out) ?? [];
  expect((await run('deliveries', endpoint, '--limit', '1')).out).toMatch(
    / meeting\.created +[0-9a-f]{12} +failed +1 +410 +- +msg_/,
  );
  receiver.acceptAll();
  expect((await run('redeliver', endpoint)).out).toMatch(/^\d+ sent again\.$/);
  await eventually(() => expect(receiver.of(id)).toHaveLength(1));
  expect((await run('audit', '--limit', '1')).out).toMatch(/sent \d+ webhooks again to http:/);
  expect(await run('redeliver', 'nobody')).toMatchObject({ code: 1, out: '' });
  expect(await run('redeliver')).toMatchObject({ code: 2 });
});
