import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EDGE_BACKENDS, databaseEnv } from '../../support/backends.ts';
import { messagesOf, say } from '../../support/chat.ts';
import { eventually } from '../../support/eventually.ts';
import { ask, createRoom, enter, MIXING } from '../../support/live/airing.ts';
import {
  goOnAir,
  isRefused,
  openChat,
  readChat,
  shows,
  writeChat,
} from '../../support/live/listenerChat.ts';
import {
  call,
  createMeeting,
  createVisits,
  enterAsGuest,
  signUp,
  type Joined,
  type Person,
} from '../../support/people.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

const MINUTE_MS = 60_000;

describe.each(EDGE_BACKENDS)('the chat of a live room, on %s', (backend) => {
  let server: TestServer;
  let host: Person;
  let at: Joined;
  let meetingId: string;
  let roomId: string;
  let token: string;
  const visits = createVisits(() => server);

  beforeAll(async () => {
    server = await startTestServer({ ...(await databaseEnv(backend)), ...MIXING });
    host = await signUp(server, 'Host');
  });
  beforeEach(async () => {
    meetingId = (await createMeeting(server, host)).id;
    at = await visits.come(host, meetingId);
    await say(server, host, meetingId, 'before');
    roomId = randomUUID();
    await createRoom(server, host, roomId, meetingId);
    await goOnAir(server, host, roomId);
    token = await enter(server, roomId);
  }, MINUTE_MS);
  afterEach(async () => {
    await ask(server, host, 'removeLiveRoom', roomId);
    visits.end();
  });
  afterAll(() => server.close());

  const settingOf = async () =>
    (await call(server, 'readLiveRoom', { params: { roomId } })).room.listenerChat;

  test('is nothing to listeners unless its host opens it', async () => {
    expect(await settingOf()).toBe('off');
    await expect(readChat(server, token, roomId)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(writeChat(server, token, roomId, 'hi')).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await openChat(server, host, roomId, 'read');
    expect(await settingOf()).toBe('read');
    await say(server, host, meetingId, 'after');
    // Nothing of what was written before the room went on air.
    await shows(server, token, roomId, ['after']);
    await expect(writeChat(server, token, roomId, 'hi')).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await openChat(server, host, roomId, 'off');
    await isRefused(server, token, roomId, 'FORBIDDEN');
  });

  test('brings what a listener writes to the stage and to all listeners, and what the stage answers', async () => {
    await openChat(server, host, roomId, 'write');
    const other = await enter(server, roomId);
    const clientId = randomUUID();
    const sent = await writeChat(server, token, roomId, 'A question?', { clientId });
    expect(sent).toMatchObject({ name: 'Lis', fromListener: true, content: 'A question?' });
    const again = await writeChat(server, token, roomId, 'A question?', { clientId });
    expect(again.id).toBe(sent.id);
    const { message } = await at.next('new-chat-message', (one) => one.message.id === sent.id);
    expect(message).toMatchObject({ senderName: 'Lis', fromListener: true, roomId: meetingId });
    await say(server, host, meetingId, 'An answer.', { replyTo: sent.id });
    for (const listener of [token, other]) {
      const [, answer] = await shows(server, listener, roomId, ['A question?', 'An answer.']);
      expect(answer).toMatchObject({
        ...{ name: 'Host', fromListener: false },
        replyTo: { name: 'Lis', content: 'A question?' },
      });
      expect(JSON.stringify(answer)).not.toContain(host.userId);
    }
    const { messages } = await messagesOf(server, host, meetingId);
    expect(messages.map(({ fromListener }) => fromListener)).toEqual([false, true, false]);
    // Two who come in the same moment are two.
    const both = [token, other].map((one) => writeChat(server, one, roomId, 'me', { clientId }));
    const [mine, theirs] = await Promise.all(both);
    expect(mine?.id).toBe(sent.id);
    expect(theirs?.id).not.toBe(sent.id);
  });

  test('hides what a message answers that was written before', async () => {
    await openChat(server, host, roomId, 'read');
    const { messages } = await messagesOf(server, host, meetingId);
    await say(server, host, meetingId, 'about it', { replyTo: messages[0]?.id ?? '' });
    const [about] = await shows(server, token, roomId, ['about it']);
    expect(about?.replyTo).toBeNull();
  });

  test('follows changes, and a host deletes what listeners wrote', async () => {
    await openChat(server, host, roomId, 'write');
    const guest = await enterAsGuest(server, meetingId);
    await visits.come(guest, meetingId);
    const { id: rude } = await writeChat(server, token, roomId, 'rude');
    const { id: messageId } = await say(server, host, meetingId, 'speling');
    const { cursor } = await readChat(server, token, roomId);
    const ofRude = { params: { roomId: meetingId, messageId: rude } };
    const denied = call(server, 'deleteMessage', { token: guest.token, ...ofRude });
    await expect(denied).rejects.toMatchObject({ code: 'FORBIDDEN' });
    for (const _ of [1, 2]) {
      const { message } = await call(server, 'deleteMessage', { token: host.token, ...ofRude });
      expect(message).toMatchObject({ content: '', fromListener: true });
      expect(message.deletedAt).not.toBeNull();
    }
    await at.next('chat-message-updated', (one) => one.messageId === rude);
    await call(server, 'editMessage', {
      ...{ token: host.token, params: { roomId: meetingId, messageId } },
      body: { content: 'spelling' },
    });
    const [edited] = await shows(server, token, roomId, ['spelling']);
    expect(edited?.edited).toBe(true);
    const since = await readChat(server, token, roomId, cursor);
    expect(since).toMatchObject({ removed: [rude], isWhole: false });
    expect(since.messages.map(({ id }) => id)).toEqual([messageId]);
    expect(await readChat(server, token, roomId, since.cursor)).toMatchObject({
      ...{ messages: [], removed: [], cursor: since.cursor },
    });
    // What others wrote in the meeting stays theirs.
    const { id: theirs } = await say(server, guest, meetingId, 'mine');
    const ofTheirs = { params: { roomId: meetingId, messageId: theirs } };
    const refused = call(server, 'deleteMessage', { token: host.token, ...ofTheirs });
    await expect(refused).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('is void with another PIN, and over with the broadcast', async () => {
    await openChat(server, host, roomId, 'write');
    await writeChat(server, token, roomId, 'hello');
    const body = { pin: 'another one' };
    await call(server, 'updateLiveRoom', { token: host.token, params: { roomId }, body });
    await expect(writeChat(server, token, roomId, 'still here')).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    await isRefused(server, token, roomId, 'UNAUTHENTICATED');
    const entered = await enter(server, roomId, 'another one');
    await shows(server, entered, roomId, ['hello']);
    await ask(server, host, 'stopLiveRoom', roomId);
    await expect(writeChat(server, entered, roomId, 'too late')).rejects.toMatchObject({
      code: 'INVALID_STATE',
    });
    const elsewhere = randomUUID();
    await createRoom(server, host, elsewhere);
    const foreign = await enter(server, elsewhere);
    await expect(readChat(server, foreign, roomId)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('is never written by listeners where participants may not', async () => {
    await openChat(server, host, roomId, 'write');
    await call(server, 'updateMeeting', {
      ...{ token: host.token, params: { idOrCode: meetingId } },
      body: { settings: { mayChat: false } },
    });
    expect(await settingOf()).toBe('read');
    await expect(writeChat(server, token, roomId, 'hi')).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await shows(server, token, roomId, []);
  });

  test('takes a name and a text as elsewhere, and so many of each listener', async () => {
    await openChat(server, host, roomId, 'write');
    for (const name of ['', ' ', 'x'.repeat(61), 'two\nlines', 'bell\u0007']) {
      const written = writeChat(server, token, roomId, 'hi', { name });
      await expect(written, name).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' });
    }
    for (let number = 0; number < 10; number += 1) {
      await writeChat(server, token, roomId, `${number}`, { name: ' Lis ' });
    }
    await expect(writeChat(server, token, roomId, 'more')).rejects.toMatchObject({
      code: 'RATE_LIMITED',
    });
    const other = await enter(server, roomId);
    expect((await writeChat(server, other, roomId, 'me')).name).toBe('Lis');
  });

  test(
    'everybody in the meeting is told who reads along',
    async () => {
      // The mixer has to begin, on a busy machine.
      await eventually(() => {
        const told = at.all('broadcast-updated').map(({ broadcast }) => broadcast.roomId);
        expect(told).toContain(roomId);
        return Promise.resolve();
      }, MINUTE_MS);
      await openChat(server, host, roomId, 'read');
      await at.next('broadcast-updated', ({ broadcast }) => broadcast.listenerChat === 'read');
      const { broadcast } = await call(server, 'readMeeting', { params: { idOrCode: meetingId } });
      expect(broadcast).toMatchObject({ roomId, listenerChat: 'read' });
    },
    MINUTE_MS,
  );
});
