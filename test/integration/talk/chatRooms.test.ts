import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EDGE_BACKENDS, databaseEnv } from '../../support/backends.ts';
import { messagesOf, openRoom, outcomeOf, say } from '../../support/chat.ts';
import { eventually } from '../../support/eventually.ts';
import { call, createVisits, signUp, type Person } from '../../support/people.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

describe.each(EDGE_BACKENDS)('chat rooms on %s', (backend) => {
  let server: TestServer;
  let ada: Person;
  let alan: Person;
  let grace: Person;
  const visits = createVisits(() => server);

  beforeAll(async () => {
    server = await startTestServer({
      ...(await databaseEnv(backend)),
      // A test writes faster than people.
      PARLEY_LIMITS_CHAT_MESSAGES_PER_PERSON_POINTS: '1000',
    });
    [ada, alan, grace] = await Promise.all([
      signUp(server, 'Ada'),
      signUp(server, 'Alan'),
      signUp(server, 'Grace'),
    ]);
  });
  afterEach(() => visits.end());
  afterAll(() => server.close());

  const roomsOf = async (person: Person) =>
    (await call(server, 'listRooms', { token: person.token })).rooms;

  it('makes the direct room of two people once, whoever asks, also at once', async () => {
    const pair = await Promise.all([signUp(server), signUp(server)]);
    const [one, other] = pair;
    const rooms = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        index % 2 === 0 ? openRoom(server, one, pair) : openRoom(server, other, [one]),
      ),
    );
    expect(new Set(rooms.map(({ id }) => id)).size).toBe(1);
    expect(rooms[0]).toMatchObject({ kind: 'direct', title: null, memberCount: 2, mayWrite: true });
  });

  it('shows an empty direct room to nobody but its maker', async () => {
    const [one, other] = [await signUp(server), await signUp(server)];
    const { id } = await openRoom(server, one, [other]);
    expect((await roomsOf(one)).map((room) => room.id)).toEqual([id]);
    expect(await roomsOf(other)).toEqual([]);
    await say(server, one, id, 'hello');
    expect(await roomsOf(other)).toMatchObject([
      { id, unread: 1, last: { content: 'hello', senderId: one.userId } },
    ]);
    expect(await roomsOf(one)).toMatchObject([{ id, unread: 0 }]);
  });

  it('brings a message to all who joined, the sender included, and the fact to all members', async () => {
    const room = await openRoom(server, ada, [alan, grace], { title: 'Team' });
    const [first, second, third] = await Promise.all([
      visits.connect(ada),
      visits.connect(alan),
      visits.connect(grace),
    ]);
    const answer = await first.request('join-chat-rooms', { roomIds: [room.id, 'nowhere'] });
    expect(answer).toEqual({ success: true, roomIds: [room.id] });
    expect(await first.next('chat-rooms-joined')).toEqual(answer);
    await second.request('join-rooms', { roomIds: [room.id] });
    const message = await say(server, ada, room.id, 'Hello all');
    expect(message).toMatchObject({ seq: 1, senderId: ada.userId, roomId: room.id });
    for (const client of [first, second]) {
      expect(await client.next('new-chat-message')).toEqual({ roomId: room.id, message });
    }
    const fact = await third.next('chat-room-updated', ({ lastSeq }) => lastSeq === 1);
    expect(fact.last?.content).toBe('Hello all');
    expect(third.all('new-chat-message')).toEqual([]);
    await second.request('leave-chat-room', { roomId: room.id });
    const next = await say(server, ada, room.id, 'again');
    await second.next('chat-room-updated', ({ lastSeq }) => lastSeq === next.seq);
    expect(second.all('new-chat-message')).toHaveLength(1);
  });

  it('keeps a message that is sent again with the same client id once', async () => {
    const room = await openRoom(server, ada, [alan]);
    const clientId = randomUUID();
    const sent = await Promise.all(
      Array.from({ length: 20 }, () => say(server, ada, room.id, 'once', { clientId })),
    );
    expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
    const { messages } = await messagesOf(server, alan, room.id);
    expect(messages.filter((one) => one.clientId === clientId)).toHaveLength(1);
    // The same id of somebody else is another message.
    const other = await say(server, alan, room.id, 'mine', { clientId });
    expect(other.senderId).toBe(alan.userId);
  });

  it('pages both ways, and answers exactly what changed since a revision', async () => {
    const room = await openRoom(server, ada, [alan, grace]);
    const texts = Array.from({ length: 60 }, (_, index) => `message ${index + 1}`);
    for (const text of texts) await say(server, ada, room.id, text);
    const newest = await messagesOf(server, alan, room.id, { limit: '10' });
    expect(newest.messages.map(({ seq }) => seq)).toEqual([51, 52, 53, 54, 55, 56, 57, 58, 59, 60]);
    expect(newest).toMatchObject({ hasMore: true, lastSeq: 60, rev: 60 });
    const before = await messagesOf(server, alan, room.id, { before: '51', limit: '50' });
    expect(before.messages.map(({ content }) => content)).toEqual(texts.slice(0, 50));
    expect(before.hasMore).toBe(false);
    const after = await messagesOf(server, alan, room.id, { after: '10', limit: '50' });
    expect(after.messages.map(({ content }) => content)).toEqual(texts.slice(10));
    const [third] = before.messages.slice(2);
    if (!third) throw new Error('there is a third');
    const place = { roomId: room.id, messageId: third.id };
    await call(server, 'editMessage', {
      ...{ token: ada.token, params: place },
      body: { content: 'changed' },
    });
    await say(server, ada, room.id, 'one more');
    const since = await messagesOf(server, alan, room.id, { since: String(newest.rev) });
    expect(since.messages.map(({ content }) => content)).toEqual(['changed', 'one more']);
    const both = messagesOf(server, alan, room.id, { since: '1', before: '4' });
    await expect(both).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' });
  });

  it('edits, deletes and reacts, tells it, and leaves nothing of what is deleted', async () => {
    const room = await openRoom(server, ada, [alan, grace]);
    const client = await visits.connect(alan);
    await client.request('join-chat-rooms', { roomIds: [room.id] });
    const first = await say(server, ada, room.id, 'frist', { mentions: [alan.userId] });
    const answer = await say(server, alan, room.id, 'what?', { replyTo: first.id });
    expect(answer.replyTo).toEqual({ messageId: first.id, senderName: 'Ada', content: 'frist' });
    const place = { roomId: room.id, messageId: first.id };
    const change = (person: Person, content: string) =>
      call(server, 'editMessage', { token: person.token, params: place, body: { content } });
    const remove = (person: Person) =>
      call(server, 'deleteMessage', { token: person.token, params: place });
    const react = (person: Person, on: boolean) =>
      call(server, 'reactToMessage', {
        ...{ token: person.token, params: place },
        body: { reaction: '👍', on },
      });
    expect(await outcomeOf(change(alan, 'mine now'))).toBe('FORBIDDEN');
    expect(await outcomeOf(remove(alan))).toBe('FORBIDDEN');
    const { message: edited } = await change(ada, 'first');
    expect(edited).toMatchObject({ content: 'first', rev: 3 });
    expect(edited.editedAt).not.toBeNull();
    await client.next('chat-message-updated', ({ content }) => content === 'first');

    await Promise.all([react(alan, true), react(grace, true), react(alan, true)]);
    const told = await client.next('chat-message-reacted', ({ count }) => count === 2);
    expect(told).toMatchObject({ reaction: '👍', on: true });
    const { messages } = await messagesOf(server, alan, room.id);
    expect(messages[0]?.reactions).toMatchObject([{ reaction: '👍', count: 2, mine: true }]);
    // Two at once know of each other, every time; the embedded database has one connection.
    const rounds = backend === 'PostgreSQL' ? 100 : 4;
    for (let round = 0; round < rounds; round++) {
      const on = round % 2 === 1;
      const [one, other] = await Promise.all([react(grace, on), react(alan, on)]);
      const counts = [one, other].map(({ message }) => message.reactions[0]?.count ?? 0);
      expect(counts).toContain(on ? 2 : 0);
    }
    await eventually(() => {
      const facts = client.all('chat-message-reacted').toSorted((a, b) => a.rev - b.rev);
      expect(facts.at(-1)).toMatchObject({ on: true, count: 2 });
      expect(new Set(facts.map(({ rev }) => rev)).size).toBe(2 * rounds + 2);
    });
    const { message: less } = await react(alan, false);
    expect(less.reactions).toMatchObject([{ count: 1, mine: false, names: ['Grace'] }]);

    const { message: gone } = await remove(ada);
    expect(gone).toMatchObject({ content: '', mentions: [] });
    expect((await remove(ada)).message).toEqual(gone);
    expect(await outcomeOf(change(ada, 'back'))).toBe('INVALID_STATE');
    expect(await outcomeOf(react(grace, true))).toBe('INVALID_STATE');
    const left = await messagesOf(server, alan, room.id);
    expect(JSON.stringify(left)).not.toContain('first');
    expect(left.messages[1]?.replyTo).toMatchObject({ messageId: first.id, content: '' });
  });

  it('tells a group of three who has seen what, when, and stores it once', async () => {
    const room = await openRoom(server, ada, [alan, grace], { title: 'Three' });
    const client = await visits.connect(ada);
    await client.request('join-chat-rooms', { roomIds: [room.id] });
    const sent = [];
    for (const text of ['a', 'b', 'c']) sent.push(await say(server, ada, room.id, text));
    const messageIds = sent.map(({ id }) => id);
    const [second, third] = await Promise.all([visits.connect(alan), visits.connect(grace)]);
    const mark = { roomId: room.id, messageIds };
    expect(await second.request('mark-msgs-seen', mark)).toEqual({ readSeq: 3, unread: 0 });
    const seen = await client.next('messages-seen', ({ userId }) => userId === alan.userId);
    expect(seen.messageIds.toSorted()).toEqual(messageIds.toSorted());
    await second.request('mark-msgs-seen', mark);
    await third.request('mark-msgs-seen', { roomId: room.id, messageIds: messageIds.slice(0, 1) });
    await client.next('messages-seen', ({ userId }) => userId === grace.userId);
    expect(client.all('messages-seen')).toHaveLength(2);
    const { messages } = await messagesOf(server, ada, room.id);
    expect(messages.map(({ seenCount }) => seenCount)).toEqual([2, 1, 1]);
    const page = await call(server, 'listSeen', {
      token: ada.token,
      params: { roomId: room.id, messageId: messageIds[0] ?? '' },
    });
    expect(page.seen.map(({ name }) => name)).toEqual(['Alan', 'Grace']);
    expect(page.seen[0]?.seenAt).toBe(seen.seenAt);
    expect((await roomsOf(grace)).find(({ id }) => id === room.id)).toMatchObject({
      ...{ unread: 2, readSeq: 1 },
    });
    expect(await client.request('mark-msgs-seen', mark)).toMatchObject({ unread: 0 });
    expect((await messagesOf(server, ada, room.id)).messages[0]?.seenCount).toBe(2);
  });

  it('says who writes, and ends it after 3 s or with the connection', async () => {
    const room = await openRoom(server, ada, [alan]);
    const [first, second] = await Promise.all([visits.connect(ada), visits.connect(alan)]);
    await Promise.all(
      [first, second].map((one) => one.request('join-chat-rooms', { roomIds: [room.id] })),
    );
    const typing = { roomId: room.id, isTyping: true };
    const began = performance.now();
    await second.request('chat-typing', typing);
    expect(await first.next('chat-user-typing')).toEqual({
      ...{ ...typing, userId: alan.userId, name: 'Alan' },
    });
    await first.next('chat-user-typing', ({ isTyping }) => !isTyping);
    const lasted = performance.now() - began;
    expect(lasted).toBeGreaterThan(2_900);
    expect(lasted).toBeLessThan(4_500);
    expect(second.all('chat-user-typing')).toEqual([]);
    first.received.length = 0;
    await second.request('chat-typing', typing);
    await first.next('chat-user-typing', ({ isTyping }) => isTyping);
    second.close();
    await first.next('chat-user-typing', ({ isTyping }) => !isTyping);
  });

  it('has groups that one leaves, is put out of, and whose owner is always there', async () => {
    const room = await openRoom(server, ada, [alan, grace], { title: 'Group' });
    const params = { roomId: room.id };
    const client = await visits.connect(grace);
    await client.request('join-chat-rooms', { roomIds: [room.id] });
    const remove = (by: Person, who: Person) =>
      call(server, 'removeMember', { token: by.token, params: { ...params, userId: who.userId } });
    expect(await outcomeOf(remove(alan, grace))).toBe('FORBIDDEN');
    await remove(ada, grace);
    await client.next('chat-room-left', ({ roomId }) => roomId === room.id);
    await say(server, ada, room.id, 'without Grace');
    await client.request('chat-typing', { roomId: room.id, isTyping: true }).catch(() => undefined);
    expect(client.all('new-chat-message')).toEqual([]);
    expect(await outcomeOf(messagesOf(server, grace, room.id))).toBe('NOT_FOUND');
    await call(server, 'addMembers', {
      ...{ token: alan.token, params, body: { userIds: [grace.userId] } },
    });
    expect((await messagesOf(server, grace, room.id)).messages).toHaveLength(1);
    await remove(ada, ada);
    const { room: owned } = await call(server, 'readRoom', { token: alan.token, params });
    expect(owned).toMatchObject({ ownerId: alan.userId, memberCount: 2 });
    const renamed = await call(server, 'updateRoom', {
      ...{ token: grace.token, params, body: { title: 'Two', muted: true } },
    });
    expect(renamed.room).toMatchObject({ title: 'Two', muted: true });
    expect((await call(server, 'readRoom', { token: alan.token, params })).room.muted).toBe(false);
    await remove(alan, alan);
    await remove(grace, grace);
    expect(await outcomeOf(remove(grace, grace))).toBe('NOT_FOUND');
  });

  it('finds text as it stands, in one’s own rooms only', async () => {
    const room = await openRoom(server, ada, [alan, grace], { title: 'Sums' });
    await say(server, ada, room.id, 'About 100% of_it');
    await say(server, ada, room.id, 'About 1000 of it');
    const find = async (person: Person, q: string) =>
      (await call(server, 'searchMessages', { token: person.token, query: { q } })).results;
    expect((await find(alan, '100% OF_')).map(({ message }) => message.content)).toEqual([
      'About 100% of_it',
    ]);
    expect(await find(await signUp(server), 'About')).toEqual([]);
    // Middles and ends of words, what is too short for trigrams, and words without spaces between them.
    await say(server, ada, room.id, '東京都庁で会いましょう🎉🎉');
    await say(server, ada, room.id, 'Übermorgen um 9');
    const texts = { bout: 2, it: 2, 东京: 0, 東京: 1, 京都庁: 1, 'う🎉': 1, 'bermorgen um': 1 };
    for (const [q, count] of Object.entries(texts)) {
      expect(await find(alan, q), q).toHaveLength(count);
    }
    // One character is too little to look for.
    for (const q of ['9', '🎉', '東']) {
      await expect(find(alan, q)).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' });
    }
    const page = await call(server, 'searchMessages', {
      ...{ token: ada.token, query: { q: 'about 100', limit: '1', roomId: room.id } },
    });
    expect(page.results[0]?.room).toEqual({ id: room.id, kind: 'group', title: 'Sums' });
    const rest = await call(server, 'searchMessages', {
      ...{ token: ada.token, query: { q: 'about 100', before: page.next ?? '', roomId: room.id } },
    });
    const both = [...page.results, ...rest.results].map(({ message }) => message.content);
    expect(both.toSorted()).toEqual(['About 100% of_it', 'About 1000 of it']);
    expect(rest.next).toBeNull();
  });

  it('stores text as it is, and refuses what is none', async () => {
    const room = await openRoom(server, ada, [alan]);
    const script = '<script>alert(1)</script> javascript:alert(2) \u202e "\'; DROP TABLE users; --';
    expect((await say(server, ada, room.id, script)).content).toBe(script);
    const { messages } = await messagesOf(server, alan, room.id);
    expect(messages.at(-1)?.content).toBe(script);
    const bad = ['', '   ', 'x'.repeat(4_001), 'a\u0000b', 'a\ud800b', 'a\u0007b'];
    for (const content of bad) {
      expect(await outcomeOf(say(server, ada, room.id, content)), content).toBe('INVALID_PAYLOAD');
    }
    const huge = await fetch(`${server.url}/api/chat/rooms/${room.id}/msgs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ada.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ content: 'x'.repeat(100_000) }),
    });
    expect(huge.status).toBe(413);
    const forged = await fetch(`${server.url}/api/chat/rooms/${room.id}/msgs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ada.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ content: 'as Alan', senderId: alan.userId }),
    });
    expect(forged.status).toBe(400);
    expect((await messagesOf(server, alan, room.id)).messages).toHaveLength(messages.length);
    await say(server, ada, room.id, 'x'.repeat(4_000));
  });

  it('limits how fast one writes', async () => {
    const limited = await startTestServer({
      ...(await databaseEnv(backend)),
      PARLEY_LIMITS_CHAT_MESSAGES_PER_PERSON_POINTS: '3',
    });
    try {
      const [one, other] = await Promise.all([signUp(limited), signUp(limited)]);
      const { id } = await openRoom(limited, one, [other]);
      for (const text of ['1', '2', '3']) await say(limited, one, id, text);
      expect(await outcomeOf(say(limited, one, id, '4'))).toBe('RATE_LIMITED');
      await say(limited, other, id, 'still me');
      expect((await messagesOf(limited, one, id)).messages).toHaveLength(4);
    } finally {
      await limited.close();
    }
  });
});
