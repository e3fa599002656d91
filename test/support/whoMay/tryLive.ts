import { expect } from 'vitest';
import { say } from '../chat.ts';
import { segmentsOf } from '../live/airing.ts';
import { readChat, writeChat } from '../live/listenerChat.ts';
import { call } from '../people.ts';
import { Refused } from '../TestClient.ts';
import { answerOf } from './attempts.ts';
import type { LiveScene, OnAir } from './liveScenes.ts';
import type { Answer, LIVE } from './tables.ts';

/** Without anything: an account's token opens no keys, and a listener's no account. */
const NOTHING = 'nothing';

/** Tries every cell of a row: what somebody may do with a room that is on air. @param rude a listener's message */
export async function tryLive(
  { server, roomId, meetingId }: OnAir,
  { listener, person }: LiveScene,
  rude: string,
): Promise<Record<keyof typeof LIVE.columns, Answer>> {
  const opener = listener ?? person?.token ?? NOTHING;
  const token = person?.token ?? listener ?? NOTHING;
  const ofRoom = { token, params: { roomId } };
  const ofMessage = { token, params: { roomId: meetingId, messageId: rude } };
  return {
    listen: await answerOf(openKey(server.url, roomId, opener)),
    read: await answerOf(readChat(server, opener, roomId)),
    write: await answerOf(writeChat(server, opener, roomId, 'hello')),
    'in the meeting': await answerOf(
      say(server, { token, userId: '', name: '' }, meetingId, 'on the stage'),
    ),
    delete: await answerOf(call(server, 'deleteMessage', ofMessage)),
    health: await answerOf(call(server, 'readLiveHealth', ofRoom)),
    change: await answerOf(call(server, 'updateLiveRoom', { ...ofRoom, body: { title: 'Mine' } })),
  };
}

async function openKey(url: string, roomId: string, token: string): Promise<void> {
  const segment = (await segmentsOf({ url }, roomId)).at(-1);
  expect(segment).toBeDefined();
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}${segment?.keyPath ?? ''}`, { headers });
  if (answer.ok) return;
  const { error } = (await answer.json()) as { error: ConstructorParameters<typeof Refused>[0] };
  throw new Refused(error);
}
