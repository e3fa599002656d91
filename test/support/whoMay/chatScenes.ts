import { randomUUID } from 'node:crypto';
import type { ChatMessage } from '../../../protocol/chat.ts';
import type { ChatAfter } from '../../../protocol/meetings.ts';
import { openRoom, outcomeOf, say } from '../chat.ts';
import { block } from '../contacts.ts';
import { eventually } from '../eventually.ts';
import { call, createMeeting, enterAsGuest, signUp, type Joined, type Person } from '../people.ts';
import type { TestClient } from '../TestClient.ts';
import type { Stage } from './cast.ts';
import type { CHAT } from './tables.ts';

/** Somebody before a message of somebody else. */
export interface ChatScene {
  person: Person;
  /** Their connection, where it is in a meeting. */
  client?: TestClient;
  /** Who wrote the message. */
  writer: Person;
  message: ChatMessage;
}

type Scene = (stage: Stage) => Promise<ChatScene>;

/** What each row of the table of chat is about. */
export const CHAT_SCENES: Record<keyof typeof CHAT.rows, Scene> = {
  'direct: one of the two': direct(({ member }) => member),
  'direct: one of the two, who muted it': async (stage) => {
    const scene = await direct(({ member }) => member)(stage);
    const { token } = scene.person;
    const params = { roomId: scene.message.roomId };
    await call(stage.server, 'updateRoom', { token, params, body: { muted: true } });
    return scene;
  },
  'direct: whom the other has blocked': async (stage) => {
    const scene = await newDirect(stage);
    await block(stage.server, scene.writer, scene.person);
    return scene;
  },
  'direct: who has blocked the other': async (stage) => {
    const scene = await newDirect(stage);
    await block(stage.server, scene.person, scene.writer);
    return scene;
  },
  'direct: one whose other has deleted their account': async (stage) => {
    const scene = await newDirect(stage);
    const { token } = scene.writer;
    const body = { password: 'correct horse battery' };
    await call(stage.server, 'deleteAccount', { token, body });
    return scene;
  },
  'direct: anybody else': direct(({ stranger }) => stranger),
  'direct: an operator': direct(({ operator }) => operator),
  'direct: a guest of a meeting': direct(guestElsewhere),
  'direct: somebody signed out': direct(({ gone }) => gone),

  'group: its owner': async (stage) => {
    const room = await openRoom(stage.server, stage.host, [stage.member, stage.third]);
    return written(stage, room.id, stage.member, stage.host);
  },
  'group: a member': group(({ member }) => member),
  'group: a member whom the writer has blocked': async (stage) => {
    const [writer, person] = [await signUp(stage.server), await signUp(stage.server)];
    const room = await openRoom(stage.server, writer, [person, stage.member]);
    await block(stage.server, writer, person);
    return written(stage, room.id, writer, person);
  },
  'group: who was put out': (stage) => leaveGroup(stage, stage.host),
  'group: who has left': (stage) => leaveGroup(stage, stage.member),
  'group: anybody else': group(({ stranger }) => stranger),
  'group: an operator': group(({ operator }) => operator),
  'group: a guest of a meeting': group(guestElsewhere),
  'group: somebody signed out': group(({ gone }) => gone),

  'meeting: a co-host': async (stage) => {
    const scene = await meeting(stage, ({ member }) => member);
    const { at, client, message } = scene;
    await at.request('assign-role', {
      ...{ meetingId: message.roomId, participantId: client.participantId, role: 'cohost' },
    });
    return scene;
  },
  'meeting: a participant': (stage) => meeting(stage, ({ member }) => member),
  'meeting: a guest': (stage) => meeting(stage, guestOf),
  'meeting: a participant, where only hosts may write': async (stage) => {
    const scene = await meeting(stage, ({ member }) => member);
    await call(stage.server, 'updateMeeting', {
      ...{ token: stage.host.token, params: { idOrCode: scene.message.roomId } },
      body: { settings: { mayChat: false } },
    });
    return scene;
  },
  'meeting: who waits': (stage) => meeting(stage, ({ member }) => member, 'waiting'),
  'meeting: a guest who waits': (stage) => meeting(stage, guestOf, 'waiting'),
  'meeting: who has left': async (stage) => leave(await meeting(stage, ({ member }) => member)),
  'meeting: a guest who has left': async (stage) => leave(await meeting(stage, guestOf)),
  'meeting: who has left and waits again': async (stage) => {
    const { message, writer } = await leave(await meeting(stage, ({ member }) => member));
    await call(stage.server, 'updateMeeting', {
      ...{ token: stage.host.token, params: { idOrCode: message.roomId } },
      body: { waitingRoom: true },
    });
    const person = stage.member;
    // On another device nobody comes back to where they were.
    const client = await stage.visits.come(person, message.roomId, { deviceId: randomUUID() });
    if (client.status !== 'waiting') throw new Error('they are to wait');
    return { person, client, message, writer };
  },
  'meeting: who was removed': (stage) => removed(stage, false),
  'meeting: who was banned': (stage) => removed(stage, true),
  'meeting: who never came': fromOutside(({ stranger }) => stranger),
  'meeting: an operator': fromOutside(({ operator }) => operator),
  'meeting: a guest of another meeting': fromOutside(guestElsewhere),
  'meeting: somebody signed out': fromOutside(({ gone }) => gone),

  'over, chat for participants: the host': over('participants', 'host'),
  'over, chat for participants: a participant': over('participants', 'member'),
  'over, chat for participants: who was banned': async (stage) => {
    const scene = await removed(stage, true);
    await endMeeting(stage, [stage.host], scene.message.roomId);
    return { person: scene.person, writer: scene.writer, message: scene.message };
  },
  'over, chat for hosts: the host': over('hosts', 'host'),
  'over, chat for hosts: a participant': over('hosts', 'member'),
  'over, chat for nobody: the host': over('nobody', 'host'),
  'over, chat for nobody: a participant': over('nobody', 'member'),

  'private in a meeting: one of the two': (stage) => apart(stage, stage.member),
  'private in a meeting: a guest, one of the two': async (stage) => {
    const { id } = await createMeeting(stage.server, stage.host);
    return apart(stage, await enterAsGuest(stage.server, id, 'Guest'), id);
  },
  'private in a meeting: one whose other has left': async (stage) => {
    const scene = await apart(stage, stage.member);
    await scene.ofWriter.request('leave-meeting', { meetingId: scene.meetingId });
    return scene;
  },
  'private in a meeting: whom the other has blocked': async (stage) => {
    const scene = await apart(stage, await signUp(stage.server));
    await block(stage.server, scene.writer, scene.person);
    return scene;
  },
  'private in a meeting: the host, a third': async (stage) => {
    const { message, writer, meetingId } = await apart(stage, stage.member);
    const client = await stage.visits.come(stage.host, meetingId);
    return { person: stage.host, client, message, writer };
  },
  'private in a meeting: who never came': async (stage) => {
    const { message, writer } = await apart(stage, stage.member);
    return { person: stage.stranger, message, writer };
  },
};

type Who = (stage: Stage, meetingId: string) => Person | Promise<Person>;

async function written(
  { server }: Stage,
  roomId: string,
  writer: Person,
  person: Person,
): Promise<ChatScene> {
  const message = await say(server, writer, roomId, `secret ${randomUUID()}`);
  return { person, writer, message };
}

function direct(who: Who): Scene {
  return async (stage) => {
    const room = await openRoom(stage.server, stage.host, [stage.member]);
    return written(stage, room.id, stage.host, await who(stage, ''));
  };
}

async function newDirect(stage: Stage): Promise<ChatScene> {
  const [writer, person] = [await signUp(stage.server), await signUp(stage.server)];
  const room = await openRoom(stage.server, writer, [person]);
  return written(stage, room.id, writer, person);
}

function group(who: Who): Scene {
  return async (stage) => {
    const room = await openRoom(stage.server, stage.host, [stage.member, stage.third]);
    return written(stage, room.id, stage.host, await who(stage, ''));
  };
}

async function leaveGroup(stage: Stage, by: Person): Promise<ChatScene> {
  const scene = await group(({ member }) => member)(stage);
  const params = { roomId: scene.message.roomId, userId: stage.member.userId };
  await call(stage.server, 'removeMember', { token: by.token, params });
  return scene;
}

function guestOf({ server }: Stage, meetingId: string): Promise<Person> {
  return enterAsGuest(server, meetingId, 'Guest');
}

async function guestElsewhere({ server, visits, third }: Stage): Promise<Person> {
  const { id } = await createMeeting(server, third);
  const guest = await enterAsGuest(server, id, 'Guest');
  await visits.come(guest, id);
  return guest;
}

interface InMeeting extends ChatScene {
  client: Joined;
  /** The host's. */
  at: Joined;
}

/** Somebody comes into a meeting of the host, or waits there. */
async function meeting(
  stage: Stage,
  who: Who,
  status: Joined['status'] = 'joined',
): Promise<InMeeting> {
  const { server, visits, host } = stage;
  const { id } = await createMeeting(server, host, { waitingRoom: status === 'waiting' });
  const at = await visits.come(host, id);
  const person = await who(stage, id);
  const client = await visits.come(person, id);
  if (client.status !== status) throw new Error(`they are ${client.status}`);
  return { ...(await written(stage, id, host, person)), client, at };
}

async function leave(scene: InMeeting): Promise<InMeeting> {
  await scene.client.request('leave-meeting', { meetingId: scene.message.roomId });
  return scene;
}

async function removed(stage: Stage, ban: boolean): Promise<InMeeting> {
  const scene = await meeting(stage, () => signUp(stage.server));
  const { at, client, message } = scene;
  const place = { meetingId: message.roomId, participantId: client.participantId };
  await at.request('remove-participant', { ...place, ban });
  await client.next('meeting-left');
  return scene;
}

function fromOutside(who: Who): Scene {
  return async (stage) => {
    const { id } = await createMeeting(stage.server, stage.host);
    await stage.visits.come(stage.host, id);
    return written(stage, id, stage.host, await who(stage, id));
  };
}

function over(chatAfter: ChatAfter, who: 'host' | 'member'): Scene {
  return async (stage) => {
    const { server, visits, host, member } = stage;
    const { id } = await createMeeting(server, host, { settings: { chatAfter } });
    await Promise.all([visits.come(host, id), visits.come(member, id)]);
    const [writer, person] = who === 'host' ? [member, host] : [host, member];
    const scene = await written(stage, id, writer, person);
    await endMeeting(stage, [host, member], id);
    return scene;
  };
}

/** Settles when all have left. */
async function endMeeting({ server, host }: Stage, people: readonly Person[], idOrCode: string) {
  await call(server, 'endMeeting', { token: host.token, params: { idOrCode } });
  await eventually(async () => {
    for (const person of people) {
      const outcome = await outcomeOf(say(server, person, idOrCode, 'late'));
      if (outcome === 'ok') throw new Error(`${person.name} still writes`);
    }
  });
}

/** Two of a meeting in a room of their own, which the other one has opened. */
async function apart(stage: Stage, person: Person, meetingId?: string) {
  const { server, visits, host, third: writer } = stage;
  const id = meetingId ?? (await createMeeting(server, host)).id;
  const ofWriter = await visits.come(writer, id);
  const client = await visits.come(person, id);
  const room = await openRoom(server, writer, [person], { meetingId: id });
  return { ...(await written(stage, room.id, writer, person)), client, ofWriter, meetingId: id };
}
