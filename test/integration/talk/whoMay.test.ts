import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EDGE_BACKENDS, databaseEnv } from '../../support/backends.ts';
import { messagesOf, openRoom, outcomeOf, say } from '../../support/chat.ts';
import { befriend } from '../../support/contacts.ts';
import { call, createVisits, signUp } from '../../support/people.ts';
import { setPicture } from '../../support/pictures.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';
import { gather, type Stage } from '../../support/whoMay/cast.ts';
import { CHAT_SCENES } from '../../support/whoMay/chatScenes.ts';
import { PEOPLE_SCENES } from '../../support/whoMay/peopleScenes.ts';
import { answersOf, CHAT, PEOPLE } from '../../support/whoMay/tables.ts';
import { tryChat } from '../../support/whoMay/tryChat.ts';
import { pictureOf, tryPeople } from '../../support/whoMay/tryPeople.ts';

const OPERATOR = `${randomUUID()}@example.org`;

describe.each(EDGE_BACKENDS)('who may read, write, ring and see what, on %s', (backend) => {
  let server: TestServer;
  let stage: Stage;
  const visits = createVisits(() => server);

  beforeAll(async () => {
    server = await startTestServer({
      ...(await databaseEnv(backend)),
      PARLEY_ADMIN_EMAILS: OPERATOR,
      // Tests write faster than people.
      PARLEY_LIMITS_CHAT_MESSAGES_PER_PERSON_POINTS: '10000',
      PARLEY_LIMITS_CHAT_ROOMS_PER_PERSON_POINTS: '10000',
    });
    stage = { server, visits, ...(await gather(server, OPERATOR)) };
  });
  afterEach(() => visits.end());
  afterAll(() => server.close());

  it.each(Object.keys(CHAT.rows) as (keyof typeof CHAT.rows)[])('chat: %s', async (row) => {
    const scene = await CHAT_SCENES[row](stage);
    expect(await tryChat(stage, scene)).toEqual(answersOf(CHAT, row));
  });

  it.each(Object.keys(PEOPLE.rows) as (keyof typeof PEOPLE.rows)[])('people: %s', async (row) => {
    const ada = await signUp(server, `Ada ${randomUUID().slice(0, 8)}`);
    await setPicture(server, ada);
    const known = await pictureOf(stage, ada);
    const person = await PEOPLE_SCENES[row](stage, ada);
    expect(await tryPeople(stage, person, ada, known)).toEqual(answersOf(PEOPLE, row));
  });

  it('a message is not reached by the way of another room', async () => {
    const { host, member, stranger } = stage;
    const room = await openRoom(server, host, [member]);
    const { id: messageId } = await say(server, host, room.id, 'not yours');
    const own = await openRoom(server, stranger, [await signUp(server)]);
    const { id: roomId } = own;
    const place = { token: stranger.token, params: { roomId, messageId } };
    for (const attempt of [
      () => call(server, 'listSeen', place),
      () => call(server, 'editMessage', { ...place, body: { content: 'forged' } }),
      () => call(server, 'deleteMessage', place),
      () => call(server, 'reactToMessage', { ...place, body: { reaction: '🎉', on: true } }),
      () => say(server, stranger, roomId, 'quoted', { replyTo: messageId }),
    ]) {
      expect(await outcomeOf(attempt())).toBe('NOT_FOUND');
    }
    const client = await visits.connect(stranger);
    await client.request('mark-msgs-seen', { roomId, messageIds: [messageId] });
    const { messages } = await messagesOf(server, host, room.id);
    expect(messages.find(({ id }) => id === messageId)).toMatchObject({
      ...{ content: 'not yours', seenCount: 0, reactions: [], deletedAt: null },
    });
    expect((await messagesOf(server, stranger, roomId)).messages).toEqual([]);
  });

  it('rooms are opened with whom one can reach only', async () => {
    const { host, member, stranger } = stage;
    const guest = (await CHAT_SCENES['meeting: a guest'](stage)).person;
    expect(await outcomeOf(openRoom(server, guest, [member]))).toBe('FORBIDDEN');
    expect(await outcomeOf(openRoom(server, host, [guest]))).toBe('NOT_FOUND');
    const scene = await CHAT_SCENES['meeting: a participant'](stage);
    const { roomId: meetingId } = scene.message;
    const inMeeting = { meetingId };
    expect(await outcomeOf(openRoom(server, stranger, [member], inMeeting))).toBe('NOT_FOUND');
    expect(await outcomeOf(openRoom(server, member, [stranger], inMeeting))).toBe('NOT_FOUND');
  });

  it('guests have no profile of their own, and no account to delete', async () => {
    const { token } = (await CHAT_SCENES['meeting: a guest'](stage)).person;
    const password = 'correct horse battery';
    for (const attempt of [
      () => call(server, 'updateProfile', { token, body: { name: 'Ada' } }),
      () => call(server, 'removeAvatar', { token }),
      () => call(server, 'listBlocks', { token }),
      () => call(server, 'deleteAccount', { token, body: { password } }),
    ]) {
      expect(await outcomeOf(attempt())).toBe('FORBIDDEN');
    }
  });

  it('nobody is shown an email', async () => {
    const [ada, alan] = [await signUp(server, 'Ada'), await signUp(server, 'Alan')];
    await befriend(server, ada, alan);
    const { token } = alan;
    const shown = [
      await call(server, 'searchPeople', { token, query: { q: 'Ada' } }),
      await call(server, 'readPerson', { token, params: { userId: ada.userId } }),
      await call(server, 'listContacts', { token }),
    ];
    expect(JSON.stringify(shown)).not.toContain('@');
  });

  it('nobody speaks as somebody else, and no script is taken for anything but text', async () => {
    const { host, member } = stage;
    const script = '<script>alert(1)</script><img src=x onerror=alert(2)>';
    const body = { name: script, about: script };
    const eve = await signUp(server, 'Eve');
    const { person } = await call(server, 'updateProfile', { token: eve.token, body });
    expect(person).toMatchObject(body);
    const room = await openRoom(server, eve, [host, member], { title: script });
    expect(room.title).toBe(script);
    const client = await visits.connect(host);
    await client.request('join-chat-rooms', { roomIds: [room.id] });
    await say(server, eve, room.id, script);
    const { message } = await client.next('new-chat-message');
    expect(message).toMatchObject({ senderId: eve.userId, senderName: script, content: script });
    const forged = await fetch(`${server.url}/api/chat/rooms/${room.id}/msgs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${eve.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ content: 'as Host', senderId: host.userId, senderName: 'Host' }),
    });
    expect(forged.status).toBe(400);
    for (const [name, payload] of [
      ['chat-typing', { roomId: room.id, isTyping: true, userId: member.userId }],
      ['mark-msgs-seen', { roomId: room.id, messageIds: [message.id], userId: member.userId }],
      ['mark-msgs-seen', { roomId: room.id, messageIds: Array(257).fill(message.id) }],
      ['join-chat-rooms', { roomIds: Array(101).fill(room.id) }],
      ['update-chat-status', { status: 'busy', userId: member.userId }],
      ['user:join', { userId: member.userId, name: 'Member' }],
    ] as const) {
      const answer = await client.raw(name, payload);
      expect(answer, name).toMatchObject({ ok: false, error: { code: 'INVALID_PAYLOAD' } });
    }
    const asked = client.request('user:join', { userId: member.userId });
    expect(await outcomeOf(asked)).toBe('FORBIDDEN');
    const { messages } = await messagesOf(server, host, room.id);
    expect(messages.map(({ seenCount }) => seenCount)).toEqual([0]);
  });
});
