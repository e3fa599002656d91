import { randomUUID } from 'node:crypto';
import { enter, ROOM_PIN } from '../live/airing.ts';
import { isRefused, openChat } from '../live/listenerChat.ts';
import { call, enterAsGuest, signUp, type Joined, type Person } from '../people.ts';
import type { Stage } from './cast.ts';
import type { LIVE } from './tables.ts';

/** A room on air, with its host in the meeting. */
export interface OnAir extends Stage {
  roomId: string;
  meetingId: string;
  at: Joined;
}

/** Somebody before it. */
export interface LiveScene {
  /** What they were given for a PIN; null: nothing. */
  listener: string | null;
  /** Their account, or guest's token; null: none. */
  person: Person | null;
}

type Scene = (stage: OnAir) => Promise<LiveScene>;

/** What each row of the table of live rooms is about. Its chat is open to listeners unless the row says otherwise. */
export const LIVE_SCENES: Record<keyof typeof LIVE.rows, Scene> = {
  'a listener': async ({ server, roomId }) => entered(await enter(server, roomId)),
  'a listener, chat to read': async ({ server, host, roomId }) => {
    await openChat(server, host, roomId, 'read');
    return entered(await enter(server, roomId));
  },
  'a listener, chat closed': async ({ server, host, roomId }) => {
    await openChat(server, host, roomId, 'off');
    return entered(await enter(server, roomId));
  },
  'a listener, where only hosts may write in the meeting': async (stage) => {
    const { server, host, meetingId: idOrCode, roomId } = stage;
    const body = { settings: { mayChat: false } };
    await call(server, 'updateMeeting', { token: host.token, params: { idOrCode }, body });
    return entered(await enter(server, roomId));
  },
  'who came with the PIN before': async ({ server, host, roomId }) => {
    const listener = await enter(server, roomId);
    const params = { roomId };
    for (const pin of ['another one', ROOM_PIN]) {
      await call(server, 'updateLiveRoom', { token: host.token, params, body: { pin } });
    }
    // Keys and chats follow within a second.
    await isRefused(server, listener, roomId, 'UNAUTHENTICATED');
    return entered(listener);
  },
  'a listener of another room': async ({ server, host }) => {
    const body = { roomId: randomUUID(), pin: ROOM_PIN };
    const { room } = await call(server, 'createLiveRoom', { token: host.token, body });
    return entered(await enter(server, room.roomId));
  },
  'who has the link and no PIN': () => Promise.resolve({ listener: null, person: null }),
  'its host': async ({ server, host: person, roomId }) => {
    const { token } = person;
    const params = { roomId };
    const answer = await call(server, 'enterLiveRoom', { token, params, body: {} });
    return { listener: answer.token, person };
  },
  'a co-host of the meeting': async (stage) => {
    const { meetingId, at, member: person, visits } = stage;
    const { participantId } = await visits.come(person, meetingId);
    await at.request('assign-role', { meetingId, participantId, role: 'cohost' });
    return { listener: null, person };
  },
  'a participant': async ({ meetingId, member: person, visits }) => {
    await visits.come(person, meetingId);
    return { listener: null, person };
  },
  'a guest in the meeting': async ({ server, meetingId, visits }) => {
    const person = await enterAsGuest(server, meetingId);
    await visits.come(person, meetingId);
    return { listener: null, person };
  },
  'who waits for the meeting': async (stage) => ({ listener: null, person: await waiting(stage) }),
  'who is banned from the meeting': async (stage) => ({
    listener: null,
    person: await banned(stage),
  }),
  'who is banned, with the PIN': async (stage) => ({
    listener: await enter(stage.server, stage.roomId),
    person: await banned(stage),
  }),
  'an operator': ({ operator: person }) => Promise.resolve({ listener: null, person }),
  'somebody signed out': ({ gone: person }) => Promise.resolve({ listener: null, person }),
};

function entered(listener: string): LiveScene {
  return { listener, person: null };
}

async function waiting({ server, host, meetingId: idOrCode, visits }: OnAir): Promise<Person> {
  const body = { waitingRoom: true };
  await call(server, 'updateMeeting', { token: host.token, params: { idOrCode }, body });
  const person = await signUp(server);
  const client = await visits.come(person, idOrCode);
  if (client.status !== 'waiting') throw new Error(`they are ${client.status}`);
  return person;
}

async function banned({ server, meetingId, at, visits }: OnAir): Promise<Person> {
  const person = await signUp(server);
  const client = await visits.come(person, meetingId);
  const { participantId } = client;
  await at.request('remove-participant', { meetingId, participantId, ban: true });
  await client.next('meeting-left');
  return person;
}
