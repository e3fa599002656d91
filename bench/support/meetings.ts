import { randomUUID } from 'node:crypto';
import { ParleySession } from './ParleySession.ts';
import { Publisher } from './Publisher.ts';

async function post<T>(url: string, body: unknown, token?: string): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

/** A new meeting of a new account. */
export async function createMeeting(url: string, capacity = 500): Promise<string> {
  const { token } = await post<{ token: string }>(`${url}/api/auth/signup`, {
    email: `${randomUUID()}@example.org`,
    name: 'Bench',
    password: randomUUID(),
  });
  const body = { title: 'Bench', capacity };
  const { meeting } = await post<{ meeting: { id: string } }>(`${url}/api/meetings`, body, token);
  return meeting.id;
}

/** A guest who is connected and has not joined. */
export async function connectGuest(url: string, meetingId: string): Promise<ParleySession> {
  const { token } = await post<{ token: string }>(`${url}/api/auth/guest`, {
    meeting: meetingId,
    name: 'Bot',
  });
  return ParleySession.connect(url, token, meetingId);
}

/** Guests in batches, so that their connections do not time each other out. */
export async function connectGuests(
  url: string,
  meetingId: string,
  count: number,
): Promise<ParleySession[]> {
  const BATCH = 25;
  const sessions: ParleySession[] = [];
  while (sessions.length < count) {
    const size = Math.min(BATCH, count - sessions.length);
    const batch = Array.from({ length: size }, () => connectGuest(url, meetingId));
    sessions.push(...(await Promise.all(batch)));
  }
  return sessions;
}

/** Publishers that have joined and send. */
export async function startPublishers(
  url: string,
  meetingId: string,
  count: number,
  packetsPerSecond?: number,
): Promise<{ session: ParleySession; publisher: Publisher }[]> {
  const sessions = await connectGuests(url, meetingId, count);
  return Promise.all(
    sessions.map(async (session) => {
      await session.join();
      return { session, publisher: await Publisher.create(session, packetsPerSecond) };
    }),
  );
}
