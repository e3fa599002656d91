import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { messagesOf, openRoom, say } from '../../support/chat.ts';
import { ask } from '../../support/contacts.ts';
import { call, createMeeting, signUp } from '../../support/people.ts';
import { eventually } from '../../support/eventually.ts';
import { useTwoNodes } from '../../support/twoNodes.ts';

const SENDERS = 20;
const EACH = 5;

describe('chat over two nodes', () => {
  const nodes = useTwoNodes(() => ({
    media: 1,
    // A test writes faster than people.
    env: { PARLEY_LIMITS_CHAT_MESSAGES_PER_PERSON_POINTS: '1000' },
  }));

  it('numbers 100 messages of both without a gap, and tells all of them to all', async () => {
    const people = await Promise.all(
      Array.from({ length: SENDERS }, (_, index) => signUp(nodes.owner, `Person ${index}`)),
    );
    const [first, ...others] = people;
    if (!first) throw new Error('there is a first');
    const room = await openRoom(nodes.owner, first, others, { title: 'All' });
    const [here, there] = await Promise.all([
      nodes.atOwner.connect(first),
      nodes.atOther.connect(others[0] ?? first),
    ]);
    for (const one of [here, there]) {
      await one.request('join-chat-rooms', { roomIds: [room.id] });
    }
    const sent = await Promise.all(
      people.flatMap((person, index) =>
        Array.from({ length: EACH }, (_, count) =>
          say(index % 2 === 0 ? nodes.owner : nodes.other, person, room.id, `${index} ${count}`),
        ),
      ),
    );
    const numbers = Array.from({ length: SENDERS * EACH }, (_, index) => index + 1);
    expect(sent.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(numbers);
    const { messages } = await messagesOf(nodes.other, first, room.id, {
      after: '0',
      limit: '100',
    });
    expect(messages.map(({ seq }) => seq)).toEqual(numbers);
    expect(messages.map(({ rev }) => rev)).toEqual(numbers);
    expect(new Set(messages.map(({ content }) => content)).size).toBe(numbers.length);
    for (const one of [here, there]) {
      await eventually(() => {
        const told = one.all('new-chat-message').map(({ message }) => message.seq);
        expect(told.sort((a, b) => a - b)).toEqual(numbers);
      });
    }
  });

  it('stores what is sent to both at once, a hundred times, once', async () => {
    const [ada, alan] = await Promise.all([signUp(nodes.owner), signUp(nodes.owner)]);
    const room = await openRoom(nodes.owner, ada, [alan]);
    for (let round = 0; round < 100; round++) {
      const clientId = randomUUID();
      const [one, other] = await Promise.all([
        say(nodes.owner, ada, room.id, 'once', { clientId }),
        say(nodes.other, ada, room.id, 'once', { clientId }),
      ]);
      expect(one.id).toBe(other.id);
      expect(one.seq).toBe(round + 1);
    }
  });

  it('brings typing, receipts and what is deleted across, and nothing to whom was put out', async () => {
    const [ada, alan] = await Promise.all([
      signUp(nodes.owner, 'Ada'),
      signUp(nodes.owner, 'Alan'),
    ]);
    const grace = await signUp(nodes.other, 'Grace');
    const room = await openRoom(nodes.owner, ada, [alan, grace]);
    const [here, there] = await Promise.all([
      nodes.atOwner.connect(ada),
      nodes.atOther.connect(alan),
    ]);
    for (const one of [here, there]) await one.request('join-rooms', { roomIds: [room.id] });
    await there.request('chat-typing', { roomId: room.id, isTyping: true });
    await here.next('chat-user-typing', ({ isTyping }) => isTyping);
    const message = await say(nodes.owner, ada, room.id, 'hello');
    await there.next('new-chat-message');
    await there.request('mark-msgs-seen', { roomId: room.id, messageIds: [message.id] });
    expect(await here.next('messages-seen')).toMatchObject({ userId: alan.userId, name: 'Alan' });
    await call(nodes.owner, 'removeMember', {
      ...{ token: ada.token, params: { roomId: room.id, userId: alan.userId } },
    });
    await there.next('chat-room-left');
    there.received.length = 0;
    const last = await say(nodes.other, ada, room.id, 'without Alan');
    await here.next('new-chat-message', (fact) => fact.message.id === last.id);
    // What was told before this came before it.
    const other = await openRoom(nodes.owner, ada, [alan]);
    await say(nodes.owner, ada, other.id, 'to Alan');
    await there.next('chat-room-updated', ({ roomId }) => roomId === other.id);
    expect(there.all('new-chat-message')).toEqual([]);
    expect(there.all('chat-room-updated').map(({ roomId }) => roomId)).not.toContain(room.id);

    // Grace asked Ada to be a contact, and is gone.
    await ask(nodes.other, grace, ada);
    await here.next('contact-updated');
    await say(nodes.other, grace, room.id, 'bye');
    await here.next('new-chat-message', (fact) => fact.message.senderId === grace.userId);
    const body = { password: 'correct horse battery' };
    await call(nodes.other, 'deleteAccount', { token: grace.token, body });
    expect(await here.next('contact-removed')).toEqual({ userId: grace.userId });
    const told = await here.next(
      'chat-room-updated',
      ({ roomId, rev, last: newest }) =>
        roomId === room.id && newest === null && rev > last.rev + 1,
    );
    const { messages } = await messagesOf(nodes.owner, ada, room.id);
    expect(messages.at(-1)).toMatchObject({ content: '', rev: told.rev });
  });

  it('is heard in a meeting by those who are in it, wherever they are', async () => {
    const [ada, alan] = await Promise.all([
      signUp(nodes.owner, 'Ada'),
      signUp(nodes.owner, 'Alan'),
    ]);
    const meeting = await createMeeting(nodes.owner, ada);
    const here = await nodes.atOwner.come(ada, meeting.id);
    const there = await nodes.atOther.come(alan, meeting.id);
    const message = await say(nodes.other, alan, meeting.id, 'hello');
    for (const one of [here, there]) {
      expect((await one.next('new-chat-message')).message).toEqual(message);
    }
  });
});
