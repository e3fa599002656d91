import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ChatAfter } from '../../../protocol/meetings.ts';
import { BACKENDS, databaseEnv } from '../../support/backends.ts';
import { messagesOf, openRoom, outcomeOf, say } from '../../support/chat.ts';
import { eventually } from '../../support/eventually.ts';
import {
  call,
  createMeeting,
  createVisits,
  enterAsGuest,
  signUp,
  type Person,
} from '../../support/people.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

/** What somebody may do in a room, as it shows from outside. */
interface Rights {
  read: string;
  write: string;
  join: boolean;
  type: string;
  edit: string;
  react: string;
  see: string;
  list: boolean;
}

const ALL: Omit<Rights, 'list'> = {
  ...{ read: 'ok', write: 'ok', join: true, type: 'ok' },
  ...{ edit: 'FORBIDDEN', react: 'ok', see: 'ok' },
};
const READ_ONLY: Omit<Rights, 'list'> = {
  ...{ read: 'ok', write: 'FORBIDDEN', join: true, type: 'FORBIDDEN' },
  ...{ edit: 'FORBIDDEN', react: 'FORBIDDEN', see: 'ok' },
};
const NOTHING: Omit<Rights, 'list'> = {
  ...{ read: 'NOT_FOUND', write: 'NOT_FOUND', join: false, type: 'NOT_FOUND' },
  ...{ edit: 'NOT_FOUND', react: 'NOT_FOUND', see: 'NOT_FOUND' },
};

describe.each(BACKENDS)('who may read, write and see what in chat, on %s', (backend) => {
  let server: TestServer;
  let host: Person;
  let member: Person;
  let stranger: Person;
  const visits = createVisits(() => server);

  beforeAll(async () => {
    server = await startTestServer({
      ...(await databaseEnv(backend)),
      PARLEY_LIMITS_CHAT_MESSAGES_PER_PERSON_POINTS: '10000',
    });
    [host, member, stranger] = await Promise.all([
      signUp(server, 'Host'),
      signUp(server, 'Member'),
      signUp(server, 'Stranger'),
    ]);
  });
  afterEach(() => visits.end());
  afterAll(() => server.close());

  /** Tries everything on a message of somebody else. */
  async function rightsOf(person: Person, roomId: string, messageId: string): Promise<Rights> {
    const { token } = person;
    const place = { token, params: { roomId, messageId } };
    const client = await visits.connect(person);
    const joined = await client.request('join-chat-rooms', { roomIds: [roomId] });
    const rights = {
      read: await outcomeOf(messagesOf(server, person, roomId)),
      write: await outcomeOf(say(server, person, roomId, `of ${person.name}`)),
      join: joined.roomIds.includes(roomId),
      type: await outcomeOf(client.request('chat-typing', { roomId, isTyping: true })),
      edit: await outcomeOf(call(server, 'editMessage', { ...place, body: { content: 'forged' } })),
      react: await outcomeOf(
        call(server, 'reactToMessage', { ...place, body: { reaction: '🎉', on: true } }),
      ),
      see: await outcomeOf(call(server, 'listSeen', place)),
      list: (await call(server, 'listRooms', { token })).rooms.some(({ id }) => id === roomId),
    };
    const marked = client.request('mark-msgs-seen', { roomId, messageIds: [messageId] });
    expect(await outcomeOf(marked)).toBe(rights.read);
    const removed = call(server, 'deleteMessage', place);
    expect(await outcomeOf(removed)).toBe(rights.read === 'ok' ? 'FORBIDDEN' : 'NOT_FOUND');
    const search = { q: `of ${host.name}`, roomId };
    if (!person.name.startsWith('Guest')) {
      const { results } = await call(server, 'searchMessages', { token, query: search });
      expect(results.length > 0).toBe(rights.read === 'ok');
    }
    client.close();
    return rights;
  }

  it.each(['direct', 'group'] as const)('in a %s room', async (kind) => {
    const others = kind === 'direct' ? [member] : [member, await signUp(server)];
    const room = await openRoom(server, host, others);
    const { id } = await say(server, host, room.id, 'of Host');
    expect(await rightsOf(member, room.id, id)).toEqual({ ...ALL, list: true });
    expect(await rightsOf(stranger, room.id, id)).toEqual({ ...NOTHING, list: false });
    const meeting = await createMeeting(server, host);
    const guest = await enterAsGuest(server, meeting.id, 'Guest');
    expect(await rightsOf(guest, room.id, id)).toEqual({ ...NOTHING, list: false });
    // The message is not to be had by the way of another room either.
    const own = await openRoom(server, stranger, [await signUp(server)]);
    await say(server, stranger, own.id, 'mine');
    const place = { token: stranger.token, params: { roomId: own.id, messageId: id } };
    expect(await outcomeOf(call(server, 'listSeen', place))).toBe('NOT_FOUND');
    const answer = say(server, stranger, own.id, 'quote', { replyTo: id });
    expect(await outcomeOf(answer)).toBe('NOT_FOUND');
    expect(await outcomeOf(openRoom(server, guest, [member]))).toBe('FORBIDDEN');
    expect(await outcomeOf(openRoom(server, host, [guest]))).toBe('NOT_FOUND');
  });

  it('in a meeting: while it goes on', async () => {
    const meeting = await createMeeting(server, host, { waitingRoom: true });
    const roomId = meeting.id;
    const at = await visits.come(host, meeting.id);
    const { id } = await say(server, host, roomId, 'of Host');
    const check = async (what: string, person: Person, rights: Rights) => {
      expect(await rightsOf(person, roomId, id), what).toEqual(rights);
    };
    await check('stranger', stranger, { ...NOTHING, list: false });

    const guest = await enterAsGuest(server, meeting.id, 'Guest');
    const waiting = await visits.come(guest, meeting.id);
    expect(waiting.status).toBe('waiting');
    await check('waiting guest', guest, { ...NOTHING, list: false });
    await at.request('admit-participant', {
      ...{ meetingId: meeting.id, participantId: waiting.participantId },
    });
    await waiting.next('meeting-joined');
    await check('guest', guest, { ...ALL, list: true });

    const asMember = await visits.come(member, meeting.id);
    await check('waiting account', member, { ...NOTHING, list: false });
    await at.request('admit-participant', {
      ...{ meetingId: meeting.id, participantId: asMember.participantId },
    });
    await asMember.next('meeting-joined');
    await check('participant', member, { ...ALL, list: true });
    await call(server, 'updateMeeting', {
      ...{ token: host.token, params: { idOrCode: meeting.id } },
      body: { settings: { mayChat: false } },
    });
    await check('silenced', member, { ...READ_ONLY, list: true });
    expect(await outcomeOf(say(server, host, roomId, 'hosts may'))).toBe('ok');

    await asMember.request('leave-meeting', { meetingId: meeting.id });
    await check('who has left', member, { ...READ_ONLY, list: true });
    const again = await visits.come(member, meeting.id);
    if (again.status === 'waiting') {
      await check('who waits again', member, { ...NOTHING, list: false });
      await at.request('admit-participant', {
        ...{ meetingId: meeting.id, participantId: again.participantId },
      });
      await again.next('meeting-joined');
    }
    const place = { meetingId: meeting.id, participantId: again.participantId };
    await at.request('remove-participant', { ...place, ban: false });
    await again.next('meeting-left');
    await check('removed', member, { ...NOTHING, list: false });
    again.received.length = 0;
    const last = await say(server, host, roomId, 'without you');
    await at.next('new-chat-message', ({ message }) => message.id === last.id);
    expect(again.all('new-chat-message')).toEqual([]);

    await waiting.request('leave-meeting', { meetingId: meeting.id });
    await check('guest who has left', guest, { ...NOTHING, list: false });
    const elsewhere = await createMeeting(server, stranger);
    const visitor = await enterAsGuest(server, elsewhere.id, 'Guest elsewhere');
    await visits.come(visitor, elsewhere.id);
    await check('of another meeting', visitor, { ...NOTHING, list: false });
  });

  it.each([
    ['participants', 'ok', 'ok'],
    ['hosts', 'ok', 'NOT_FOUND'],
    ['nobody', 'NOT_FOUND', 'NOT_FOUND'],
  ] satisfies [ChatAfter, string, string][])(
    'in a meeting: when it is over and its chat is for %s',
    async (chatAfter, forHost, forMember) => {
      const meeting = await createMeeting(server, host, { settings: { chatAfter } });
      const banned = await signUp(server, 'Banned');
      const guest = await enterAsGuest(server, meeting.id, 'Guest');
      const at = await visits.come(host, meeting.id);
      const [, , put] = await Promise.all([
        visits.come(member, meeting.id),
        visits.come(guest, meeting.id),
        visits.come(banned, meeting.id),
      ]);
      await say(server, member, meeting.id, 'hello');
      const place = { meetingId: meeting.id, participantId: put.participantId };
      await at.request('remove-participant', { ...place, ban: true });
      await put.next('meeting-left');
      await call(server, 'endMeeting', { token: host.token, params: { idOrCode: meeting.id } });
      const read = (person: Person) => outcomeOf(messagesOf(server, person, meeting.id));
      await eventually(async () => {
        expect(await read(host)).toBe(forHost);
        expect(await read(member)).toBe(forMember);
      });
      expect(await read(banned)).toBe('NOT_FOUND');
      expect(await read(stranger)).toBe('NOT_FOUND');
      expect(await read(guest)).not.toBe('ok');
      for (const person of [host, member]) {
        expect(await outcomeOf(say(server, person, meeting.id, 'late'))).not.toBe('ok');
      }
    },
  );

  it('of two in a meeting', async () => {
    const meeting = await createMeeting(server, host);
    const guest = await enterAsGuest(server, meeting.id, 'Guest');
    await visits.come(host, meeting.id);
    const asMember = await visits.come(member, meeting.id);
    const inMeeting = { meetingId: meeting.id };
    expect(await outcomeOf(openRoom(server, member, [guest], inMeeting))).toBe('NOT_FOUND');
    const asGuest = await visits.come(guest, meeting.id);
    const room = await openRoom(server, member, [guest], inMeeting);
    expect(room).toMatchObject({ kind: 'meeting-private', meetingId: meeting.id });
    expect((await openRoom(server, guest, [member], inMeeting)).id).toBe(room.id);
    const { id } = await say(server, member, room.id, 'of Member');
    await asGuest.next('chat-room-updated', ({ roomId }) => roomId === room.id);
    expect(await outcomeOf(messagesOf(server, guest, room.id))).toBe('ok');
    expect(await outcomeOf(say(server, guest, room.id, 'back'))).toBe('ok');
    // Not even for the host.
    expect(await rightsOf(host, room.id, id)).toEqual({ ...NOTHING, list: false });
    expect(await rightsOf(stranger, room.id, id)).toEqual({ ...NOTHING, list: false });
    expect(await outcomeOf(openRoom(server, stranger, [guest], inMeeting))).toBe('NOT_FOUND');
    await asGuest.request('leave-meeting', { meetingId: meeting.id });
    expect(await outcomeOf(say(server, member, room.id, 'alone'))).toBe('FORBIDDEN');
    expect(await outcomeOf(messagesOf(server, guest, room.id))).toBe('NOT_FOUND');
    await asMember.request('leave-meeting', { meetingId: meeting.id });
    expect(await outcomeOf(messagesOf(server, member, room.id))).toBe('ok');
  });
});
