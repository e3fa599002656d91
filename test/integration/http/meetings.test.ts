import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseEnv, EDGE_BACKENDS } from '../../support/backends.ts';
import { call, createMeeting, signUp, type Person } from '../../support/people.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

describe.each(EDGE_BACKENDS)('meetings over HTTP on %s', (backend) => {
  let server: TestServer;
  let host: Person;
  let other: Person;
  beforeAll(async () => {
    server = await startTestServer({
      ...(await databaseEnv(backend)),
      PARLEY_MEETINGS_MAX_CAPACITY: '100',
      PARLEY_LIMITS_CREATE_MEETING_PER_ACCOUNT_POINTS: '20',
    });
    host = await signUp(server, 'Hedy Lamarr');
    other = await signUp(server, 'Grace Hopper');
  });
  afterAll(() => server.close());

  const read = (idOrCode: string, person?: Person) =>
    call(server, 'readMeeting', {
      params: { idOrCode },
      ...(person && { token: person.token }),
    });
  const update = (
    person: Person,
    idOrCode: string,
    body: NonNullable<Parameters<typeof call<'updateMeeting'>>[2]>['body'],
  ) =>
    call(server, 'updateMeeting', {
      params: { idOrCode },
      token: person.token,
      ...(body && { body }),
    });

  test('a meeting is as it was asked for, and as usual in the rest', async () => {
    const startsAt = new Date(Date.now() + 3_600_000).toISOString();
    const meeting = await createMeeting(server, host, {
      title: ' Planning ',
      passcode: '4711',
      capacity: 12,
      settings: { mayReact: false },
      startsAt,
    });
    expect(meeting).toMatchObject({
      title: 'Planning',
      hostId: host.userId,
      hostName: 'Hedy Lamarr',
      capacity: 12,
      hasPasscode: true,
      locked: false,
      allowGuests: true,
      access: 'link',
      settings: { mayShareScreen: true, mayUnmute: true, mayReact: false },
      startsAt,
      endedAt: null,
    });
    expect(meeting.code).toMatch(/^[b-z]{3}-[b-z]{3}-[b-z]{3}$/);
    expect(JSON.stringify(meeting)).not.toContain('4711');
  });

  test('strangers read what they may see, by id or code; only the host reads who is invited', async () => {
    const invited = ['grace@example.org'];
    const meeting = await createMeeting(server, host, { access: 'invited', invited });
    const own = await read(meeting.id, host);
    expect(own.meeting).toEqual({ ...meeting, invited });
    for (const seen of [await read(meeting.code), await read(meeting.id, other)]) {
      expect(seen.meeting.id).toBe(meeting.id);
      expect(seen.meeting).not.toHaveProperty('invited');
      expect(seen.meeting).not.toHaveProperty('passcodeHash');
    }
  });

  test('its host changes it, nobody else does', async () => {
    const { id } = await createMeeting(server, host, { passcode: '4711' });
    const changed = await update(host, id, { title: 'Retro', locked: true, passcode: null });
    expect(changed.meeting).toMatchObject({ title: 'Retro', locked: true, hasPasscode: false });
    await expect(update(other, id, { title: 'Mine' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const end = call(server, 'endMeeting', { params: { idOrCode: id }, token: other.token });
    await expect(end).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect((await read(id)).meeting.title).toBe('Retro');
  });

  test('an ended meeting is over', async () => {
    const { id, code } = await createMeeting(server, host);
    const ended = await call(server, 'endMeeting', {
      params: { idOrCode: code },
      token: host.token,
    });
    expect(ended.meeting.endedAt).not.toBeNull();
    expect((await read(id)).meeting.endedAt).toBe(ended.meeting.endedAt);
    await expect(update(host, id, { title: 'Again' })).rejects.toMatchObject({ code: 'ENDED' });
  });

  test.each([
    ['no title', { title: ' ' }],
    ['room for one', { capacity: 1 }],
    ['more than the server takes', { capacity: 101 }],
    [
      'an end before the start',
      { startsAt: '2030-01-01T10:00:00Z', endsAt: '2030-01-01T09:00:00Z' },
    ],
    ['a start that is no time', { startsAt: 'tomorrow' }],
    ['a setting that does not exist', { settings: { mayFly: true } as never }],
    ['an email that is none', { invited: ['grace'] }],
  ])('a meeting with %s is refused', async (_, body) => {
    await expect(createMeeting(server, host, body)).rejects.toMatchObject({
      code: 'INVALID_PAYLOAD',
    });
  });

  test('what does not exist is not found', async () => {
    await expect(read(randomUUID())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(read('bcd-fgh-jkm', host)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(update(host, randomUUID(), { title: 'x' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('a person pages through their meetings', async () => {
    const person = await signUp(server);
    const made = [];
    for (const title of ['one', 'two', 'three']) {
      made.unshift((await createMeeting(server, person, { title })).title);
    }
    const list = async (query: string) => {
      const response = await fetch(`${server.url}/api/meetings${query}`, {
        headers: { authorization: `Bearer ${person.token}` },
      });
      return { status: response.status, body: (await response.json()) as ListBody };
    };
    const first = (await list('?limit=2')).body;
    const second = (await list(`?limit=2&before=${first.next ?? ''}`)).body;
    expect([...first.meetings, ...second.meetings].map(({ title }) => title)).toEqual(made);
    expect(second.next).toBeNull();
    for (const query of [
      '?limit=0',
      '?limit=101',
      '?limit=x',
      '?before=!!',
      '?page=2',
      '?limit=1&limit=2',
    ]) {
      expect((await list(query)).status, query).toBe(400);
    }
  });

  test('an account makes so many meetings and no more for a while', async () => {
    const person = await signUp(server);
    for (let n = 0; n < 20; n++) await createMeeting(server, person);
    await expect(createMeeting(server, person)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await createMeeting(server, other);
  });
});

interface ListBody {
  meetings: { title: string }[];
  next: string | null;
}
