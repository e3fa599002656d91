import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { ErrorBody } from '../../protocol/errors.ts';
import type { MeetingView } from '../../protocol/meetings.ts';
import type { RequestInput } from '../../protocol/requests.ts';
import { routes, type RouteName } from '../../protocol/rest.ts';
import { refusalsOfRoute } from './refusals.ts';
import { Refused, TestClient } from './TestClient.ts';
import type { TestServer } from './TestServer.ts';

type Body<N extends RouteName> = (typeof routes)[N]['body'] extends z.ZodType
  ? z.input<(typeof routes)[N]['body']>
  : undefined;

/**
 * Calls a route and checks the answer against its schema.
 * @throws Refused, or Error for a refusal that the contract does not name
 */
export async function call<N extends RouteName>(
  server: Pick<TestServer, 'url'>,
  name: N,
  {
    body,
    token,
    params = {},
    query = {},
  }: {
    body?: Body<N>;
    token?: string;
    params?: Record<string, string>;
    query?: Record<string, string>;
  } = {},
) {
  const route = routes[name];
  const path = route.path.replace(/:(\w+)/g, (_, key: string) => params[key] ?? '');
  const search = new URLSearchParams(query).toString();
  const response = await fetch(`${server.url}${path}${search === '' ? '' : `?${search}`}`, {
    method: route.method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer: unknown = response.status === 204 ? null : await response.json();
  if (!response.ok) {
    const refused = new Refused((answer as { error: ErrorBody }).error);
    if (refusalsOfRoute(name).includes(refused.code)) throw refused;
    throw new Error(`${name} may not be refused with ${refused.code}`);
  }
  return (route.response?.parse(answer) ?? null) as (typeof routes)[N]['response'] extends z.ZodType
    ? z.output<(typeof routes)[N]['response']>
    : null;
}

export interface Person {
  token: string;
  userId: string;
  name: string;
}

/** An account that nobody else has. */
export async function signUp(
  server: Pick<TestServer, 'url'>,
  name = 'Ada Lovelace',
): Promise<Person> {
  const email = `${randomUUID()}@example.org`;
  const { token, user } = await call(server, 'signup', {
    body: { email, name, password: 'correct horse battery' },
  });
  return { token, userId: user.id, name };
}

export async function enterAsGuest(
  server: Pick<TestServer, 'url'>,
  meeting: string,
  name = 'Grace',
): Promise<Person> {
  const { token, user } = await call(server, 'guest', { body: { meeting, name } });
  return { token, userId: user.id, name };
}

export async function createMeeting(
  server: Pick<TestServer, 'url'>,
  host: Person,
  body: Partial<Body<'createMeeting'>> = {},
): Promise<MeetingView> {
  const { meeting } = await call(server, 'createMeeting', {
    token: host.token,
    body: { title: 'Standup', ...body },
  });
  return meeting;
}

/** A client with a place in a meeting, or in its queue. */
export type Joined = TestClient & { participantId: string; status: 'joined' | 'waiting' };

/** Connects and joins. */
export async function join(
  server: Pick<TestServer, 'url'>,
  person: Person,
  meetingId: string,
  options: Omit<RequestInput<'join-meeting'>, 'meetingId'> = {},
): Promise<Joined> {
  const client = await TestClient.connect(server.url, person.token);
  try {
    const answer = await client.request('join-meeting', { meetingId, ...options });
    return Object.assign(client, answer);
  } catch (error) {
    client.close();
    throw error;
  }
}

export interface Visits {
  /** Connects without joining; the connection is closed with the others. */
  readonly connect: (person: Person) => Promise<TestClient>;
  /** Joins; the connection is closed with the others. */
  readonly come: (
    person: Person,
    meetingId: string,
    options?: Omit<RequestInput<'join-meeting'>, 'meetingId'>,
  ) => Promise<Joined>;
  /** Closes every connection that was opened here. */
  readonly end: () => void;
}

/** Connections of one test. @param server asked for at every visit: it may start later */
export function createVisits(server: () => Pick<TestServer, 'url'>): Visits {
  const open: TestClient[] = [];
  return {
    async connect({ token }) {
      const client = await TestClient.connect(server().url, token);
      open.push(client);
      return client;
    },
    async come(person, meetingId, options) {
      const client = await join(server(), person, meetingId, options);
      open.push(client);
      return client;
    },
    end() {
      for (const client of open.splice(0)) client.close();
    },
  };
}
