import { messagesOf, outcomeOf, say } from '../chat.ts';
import { call } from '../people.ts';
import type { TestClient } from '../TestClient.ts';
import type { Stage } from './cast.ts';
import type { ChatScene } from './chatScenes.ts';
import { answerOf, connectAs, shown } from './attempts.ts';
import type { Answer, CHAT } from './tables.ts';

/** Tries every cell of a row: what somebody may do in a room and with a message of somebody else. */
export async function tryChat(
  stage: Stage,
  scene: ChatScene,
): Promise<Record<keyof typeof CHAT.columns, Answer>> {
  const { server, visits, third } = stage;
  const { person, writer, message } = scene;
  const { roomId, id: messageId } = message;
  const { token } = person;
  const ofRoom = { token, params: { roomId } };
  const ofMessage = { token, params: { roomId, messageId } };
  const client = scene.client ?? (await connectAs(visits, person));
  const overSocket = (attempt: (client: TestClient) => Promise<unknown>) =>
    typeof client === 'string' ? client : answerOf(attempt(client));
  const isPerson = ({ userId }: { userId: string }) => userId === person.userId;
  const inList = (roomIds: string[]) => roomIds.includes(roomId);

  const read = await answerOf(messagesOf(server, person, roomId));
  if (read !== (await answerOf(call(server, 'readRoom', ofRoom)))) {
    throw new Error('a room and its messages are read by the same people');
  }
  const hear = await overSocket((at) => at.request('join-chat-rooms', { roomIds: [roomId] }));
  const type = await overSocket((at) => at.request('chat-typing', { roomId, isTyping: true }));
  const marked = await overSocket((at) =>
    at.request('mark-msgs-seen', { roomId, messageIds: [messageId] }),
  );
  const seen = call(server, 'listSeen', ofMessage);
  const receipts = await answerOf(seen);
  return {
    ...{ read, type, receipts },
    mark: marked === 'yes' ? await shown(seen, (page) => page.seen.some(isPerson)) : marked,
    search: await shown(
      call(server, 'searchMessages', { token, query: { q: message.content } }),
      ({ results }) => results.some((one) => one.message.id === messageId),
    ),
    list: await shown(call(server, 'listRooms', { token }), ({ rooms }) =>
      inList(rooms.map(({ id }) => id)),
    ),
    write: await answerOf(say(server, person, roomId, 'mine', { replyTo: messageId })),
    edit: await answerOf(
      call(server, 'editMessage', { ...ofMessage, body: { content: 'forged' } }),
    ),
    delete: await answerOf(call(server, 'deleteMessage', ofMessage)),
    react: await answerOf(
      call(server, 'reactToMessage', { ...ofMessage, body: { reaction: '🎉', on: true } }),
    ),
    mute: await answerOf(call(server, 'updateRoom', { ...ofRoom, body: { muted: true } })),
    hear: hear === 'yes' && typeof client !== 'string' ? await hears(stage, scene, client) : hear,
    rename: await answerOf(call(server, 'updateRoom', { ...ofRoom, body: { title: 'Mine' } })),
    add: await answerOf(
      call(server, 'addMembers', { ...ofRoom, body: { userIds: [third.userId] } }),
    ),
    'put out': await answerOf(
      call(server, 'removeMember', { token, params: { roomId, userId: writer.userId } }),
    ),
  };
}

/** Whether somebody is told of what is written now. */
async function hears(
  { server }: Stage,
  { writer, message: { roomId } }: ChatScene,
  client: TestClient,
): Promise<Answer> {
  const content = 'Who hears this?';
  await outcomeOf(say(server, writer, roomId, content));
  // Answers come the same way as what is told, and after it.
  await client.request('join-rooms', { roomIds: [roomId] });
  const told = client.all('new-chat-message');
  return told.some(({ message }) => message.content === content) ? 'yes' : 'no';
}
