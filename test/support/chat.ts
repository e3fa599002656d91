import { randomUUID } from 'node:crypto';
import type { ChatMessage, ChatRoom } from '../../protocol/chat.ts';
import { call, type Person } from './people.ts';
import type { TestServer } from './TestServer.ts';

type Server = Pick<TestServer, 'url'>;

/** Opens a room with others. */
export async function openRoom(
  server: Server,
  { token }: Person,
  others: readonly Person[],
  more: { title?: string; meetingId?: string } = {},
): Promise<ChatRoom> {
  const memberIds = others.map(({ userId }) => userId);
  const { room } = await call(server, 'createRoom', { token, body: { memberIds, ...more } });
  return room;
}

export async function say(
  server: Server,
  { token }: Person,
  roomId: string,
  content: string,
  more: { clientId?: string; replyTo?: string; mentions?: string[] } = {},
): Promise<ChatMessage> {
  const body = { content, clientId: randomUUID(), ...more };
  const { message } = await call(server, 'sendMessage', { token, params: { roomId }, body });
  return message;
}

export function messagesOf(
  server: Server,
  { token }: Person,
  roomId: string,
  query: Record<string, string> = {},
) {
  return call(server, 'listMessages', { token, params: { roomId }, query });
}

/** The code of a refusal, or `ok`. */
export async function outcomeOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return 'ok';
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code !== 'string') throw error;
    return code;
  }
}
