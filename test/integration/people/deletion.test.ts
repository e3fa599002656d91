import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../../protocol/chat.ts';
import { databaseEnv, EDGE_BACKENDS } from '../../support/backends.ts';
import { messagesOf, openRoom, say } from '../../support/chat.ts';
import { ask, befriend, block, contactsOf } from '../../support/contacts.ts';
import { call, createMeeting, createVisits, signUp, type Person } from '../../support/people.ts';
import { pngOf } from '../../support/pictures.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

const PASSWORD = 'correct horse battery';

describe.each(EDGE_BACKENDS)('deleting an account on %s', (backend) => {
  let server: TestServer;
  const visits = createVisits(() => server);
  beforeAll(async () => {
    server = await startTestServer(await databaseEnv(backend));
  });
  afterAll(async () => {
    visits.end();
    await server.close();
  });
  const remove = ({ token }: Person, password = PASSWORD) =>
    call(server, 'deleteAccount', { token, body: { password } });

  it('needs the password, and changes nothing without', async () => {
    const ada = await signUp(server);
    await expect(remove(ada, 'not this one')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const { user } = await call(server, 'me', { token: ada.token });
    expect(user.id).toBe(ada.userId);
  });

  it('takes everything of theirs and cuts them off; others read of somebody without a name', async () => {
    const name = `Ada ${crypto.randomUUID()}`;
    const [ada, alan, eve] = [
      await signUp(server, name),
      await signUp(server, 'Alan'),
      await signUp(server, 'Eve'),
    ];
    await befriend(server, ada, alan);
    await ask(server, eve, ada);
    await block(server, ada, await signUp(server, 'Mallory'));
    await fetch(`${server.url}/api/users/me/avatar`, {
      method: 'POST',
      headers: { 'content-type': 'image/png', authorization: `Bearer ${ada.token}` },
      body: new Uint8Array(pngOf(8, 8)),
    });
    const seen = await call(server, 'readPerson', {
      token: alan.token,
      params: { userId: ada.userId },
    });
    const body = { title: `The meeting of ${name}` };
    const { meeting } = await call(server, 'createMeeting', { token: ada.token, body });
    const [atAda, atAlan] = [
      await visits.come(ada, meeting.id),
      await visits.come(alan, meeting.id),
    ];
    const cut = new Promise((resolve) => atAda.socket.once('disconnect', resolve));
    await remove(ada);
    await cut;
    await atAlan.next('meeting-ended');
    expect(await atAlan.next('contact-removed')).toEqual({ userId: ada.userId });

    await expect(call(server, 'me', { token: ada.token })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    await expect(remove(ada)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await contactsOf(server, alan)).toEqual([]);
    expect(await contactsOf(server, eve)).toEqual([]);
    const { token } = alan;
    const read = call(server, 'readPerson', { token, params: { userId: ada.userId } });
    await expect(read).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const found = await call(server, 'searchPeople', { token, query: { q: name } });
    expect(found.people).toEqual([]);
    const picture = await fetch(`${server.url}${seen.person.avatarUrl ?? ''}`);
    expect(picture.status).toBe(404);
    const { meetings } = await call(server, 'listMeetings', { token });
    expect(JSON.stringify(meetings)).not.toContain(name);
    expect(meetings.map(({ hostName }) => hostName)).toEqual(['Deleted account']);
  });

  it('is told at once to whoever sees them, and leaves none of their messages to who was away', async () => {
    const [ada, alan, eve] = [
      await signUp(server, 'Ada'),
      await signUp(server, 'Alan'),
      await signUp(server, 'Eve'),
    ];
    await ask(server, eve, ada);
    await ask(server, ada, alan);
    const direct = await openRoom(server, ada, [alan]);
    const group = await openRoom(server, alan, [ada, eve]);
    await say(server, ada, direct.id, 'to you');
    const { id: messageId } = await say(server, alan, group.id, 'to all');
    for (let count = 0; count < 7; count++) await say(server, ada, group.id, `${count}`);
    await call(server, 'reactToMessage', {
      ...{ token: ada.token, params: { roomId: group.id, messageId } },
      body: { reaction: '👍', on: true },
    });
    const meeting = await createMeeting(server, alan);
    const [atMeeting] = [await visits.come(alan, meeting.id), await visits.come(ada, meeting.id)];
    await say(server, ada, meeting.id, 'in the meeting');
    const [atAlan, atEve] = [await visits.connect(alan), await visits.connect(eve)];
    const before = await messagesOf(server, eve, group.id);
    await remove(ada);

    for (const client of [atAlan, atEve]) {
      await client.next('contact-removed', ({ userId }) => userId === ada.userId);
      await client.next(
        'chat-room-updated',
        ({ roomId, last, rev }) => roomId === group.id && last === null && rev > before.rev,
      );
    }
    await atAlan.next('chat-room-updated', ({ roomId }) => roomId === direct.id);
    await atMeeting.next('chat-room-updated', ({ roomId }) => roomId === meeting.id);
    const params = { roomId: direct.id };
    const { room } = await call(server, 'readRoom', { token: alan.token, params });
    expect(room.members.map(({ name }) => name).toSorted()).toEqual(['Alan', 'Deleted account']);
    expect(room.last).toMatchObject({ content: '', senderName: 'Deleted account' });

    const missed: ChatMessage[] = [];
    for (let rev = before.rev; ; rev = missed.at(-1)?.rev ?? rev) {
      const query = { since: String(rev), limit: '3' };
      const page = await messagesOf(server, eve, group.id, query);
      missed.push(...page.messages);
      if (!page.hasMore) break;
    }
    expect(missed.map(({ content }) => content)).toEqual(['to all', ...Array<string>(7).fill('')]);
    expect(missed[0]?.reactions).toEqual([]);
    expect(JSON.stringify(missed)).not.toContain('Ada');
  });

  it('frees the email for somebody else', async () => {
    const email = `${crypto.randomUUID()}@example.org`;
    const body = { email, name: 'Ada', password: PASSWORD };
    const { token, user } = await call(server, 'signup', { body });
    await call(server, 'deleteAccount', { token, body: { password: PASSWORD } });
    const login = call(server, 'login', { body: { email, password: PASSWORD } });
    await expect(login).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const again = await call(server, 'signup', { body });
    expect(again.user.id).not.toBe(user.id);
  });

  it('leaves nothing behind of what is asked in the same moment', async () => {
    for (let round = 0; round < 20; round++) {
      const [ada, alan] = [await signUp(server, 'Ada'), await signUp(server, 'Alan')];
      await Promise.allSettled([ask(server, alan, ada), remove(ada), ask(server, ada, alan)]);
      expect(await contactsOf(server, alan)).toEqual([]);
    }
  });
});
