import type { CallType } from '../../protocol/calls.ts';
import { eventually } from './eventually.ts';
import { call, signUp, type Person } from './people.ts';
import { TestClient } from './TestClient.ts';
import type { TestServer } from './TestServer.ts';

type Server = Pick<TestServer, 'url'>;

export const OFFER = { type: 'offer', sdp: 'v=0\r\n' } as const;
export const ANSWER = { type: 'answer', sdp: 'v=0\r\n' } as const;

/** Somebody with a page open. */
export interface Caller extends Person {
  client: TestClient;
}

export async function openPage(server: Server, person: Person): Promise<Caller> {
  return { ...person, client: await TestClient.connect(server.url, person.token) };
}

export async function signUpCaller(server: Server, name: string): Promise<Caller> {
  return openPage(server, await signUp(server, name));
}

/** Rings, and waits for the other's page to hear it. Answers the call's id. */
export async function ring(
  from: Caller,
  to: Caller,
  callType: CallType = 'video',
  deviceId?: string,
): Promise<string> {
  const { callId } = await from.client.request('call:initiate', {
    ...{ to: to.userId, callType },
    ...(deviceId !== undefined && { deviceId }),
  });
  await to.client.next('call:incoming', (incoming) => incoming.callId === callId);
  return callId;
}

/** Rings and takes it. */
export async function connectCall(from: Caller, to: Caller): Promise<string> {
  const callId = await ring(from, to, 'video', `${from.userId}-1`);
  await to.client.request('call:accept', { callId, deviceId: `${to.userId}-1` });
  const isIt = (one: { callId: string }) => one.callId === callId;
  await Promise.all([
    from.client.next('call:accepted', isIt),
    to.client.next('call:accepted', isIt),
  ]);
  return callId;
}

export function logsOf(server: Server, { token }: Person, query: Record<string, string> = {}) {
  return call(server, 'listCallLogs', { token, query });
}

/** Their entry for the call, as soon as there is one. */
export function entryOf(server: Server, person: Person, callId: string) {
  return eventually(async () => {
    const { entries } = await logsOf(server, person);
    const found = entries.filter((entry) => entry.callId === callId);
    const [entry] = found;
    if (!entry || found.length > 1) throw new Error(`${found.length} entries for the call`);
    return entry;
  });
}
