import { z } from 'zod';
import { content } from './chat.ts';
import { displayName, id, instant, LINE } from './primitives.ts';
import type { RouteSchema } from './schemas.ts';

/** Longest name that a listener gives, in UTF-16 code units. */
export const MAX_LISTENER_NAME = 60;
/** Most messages of one answer. */
export const LISTENER_CHAT_PAGE = 200;

/**
 * What listeners of a live room may do with the chat of its meeting, while it is on air: nothing, read what is
 * written from its beginning on, or write as well.
 */
export const listenerChat = z.enum(['off', 'read', 'write']);
export type ListenerChat = z.infer<typeof listenerChat>;

/** What a listener is called in a chat. */
export const listenerName = z
  .string()
  .trim()
  .min(1)
  .max(MAX_LISTENER_NAME)
  .regex(LINE, 'no control characters');

/** A message as listeners see it: without who is behind a name. */
export const listenerMessage = z.object({
  id,
  /** Place in the chat: what came later has a higher one. */
  seq: z.int().positive(),
  name: displayName,
  /** Written by a listener, under a name of their choice; else by somebody on the stage. */
  fromListener: z.boolean(),
  content: z.string(),
  /** What it answers, if listeners may read that. */
  replyTo: z.object({ name: z.string(), content: z.string() }).nullable(),
  createdAt: instant,
  edited: z.boolean(),
});
export type ListenerMessage = z.infer<typeof listenerMessage>;

/** The chat of live rooms, for listeners. */
export const liveChatRoutes = {
  /**
   * What was written since the room went on air, as far as it has changed since the answer before; without
   * `after`, and behind too much that is new, the newest. Pages ask every few seconds.
   */
  readLiveChat: {
    method: 'GET',
    path: '/api/rooms/:roomId/chat',
    auth: 'listener',
    status: 200,
    query: z.strictObject({
      /** `cursor` of the answer before. */
      after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).exactOptional(),
    }),
    body: null,
    response: z.object({
      /** New and changed ones, in their order. */
      messages: z.array(listenerMessage),
      /** Ids of those that were deleted. */
      removed: z.array(id),
      /** Whether these are all that are to be shown: what came before is out of date. */
      isWhole: z.boolean(),
      cursor: z.int(),
      listenerChat,
    }),
    refusals: ['NOT_FOUND', 'FORBIDDEN', 'INVALID_STATE'],
  },
  /** Write to everybody in the meeting and all listeners. The same `clientId` again answers the message that there is. */
  writeLiveChat: {
    method: 'POST',
    path: '/api/rooms/:roomId/chat',
    auth: 'listener',
    status: 201,
    body: z.strictObject({ name: listenerName, content, clientId: id }),
    response: z.object({ message: listenerMessage }),
    refusals: ['NOT_FOUND', 'FORBIDDEN', 'INVALID_STATE'],
  },
} as const satisfies Record<string, RouteSchema>;
