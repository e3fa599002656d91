import { z } from 'zod';
import { chatMessage, chatRoom, content, MAX_MEMBERS, mentions, roomKind } from './chat.ts';
import { reaction } from './meetings.ts';
import { displayName, id, instant, LINE, pageLimit, pageOf } from './primitives.ts';
import type { RouteSchema } from './schemas.ts';

const roomTitle = z.string().trim().min(1).max(120).regex(LINE, 'no control characters');

const roomBody = z.object({ room: chatRoom });
const messageBody = z.object({ message: chatMessage });
const number = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export const chatRoutes = {
  /** Rooms that one may read, the most recently active first. Empty direct rooms are their maker's alone. */
  listRooms: {
    method: 'GET',
    path: '/api/chat/rooms',
    auth: 'any',
    status: 200,
    query: z.strictObject(pageOf(50)),
    body: null,
    response: z.object({ rooms: z.array(chatRoom), next: z.string().nullable() }),
    refusals: [],
  },
  /**
   * Open a room with others: with one of them the direct room, which is made once, with several a new
   * group. With `meetingId` the private room of two who are in that meeting.
   */
  createRoom: {
    method: 'POST',
    path: '/api/chat/rooms',
    auth: 'any',
    status: 201,
    body: z.strictObject({
      /** With or without oneself. */
      memberIds: z.array(id).min(1).max(MAX_MEMBERS),
      /** Of a group. */
      title: roomTitle.exactOptional(),
      meetingId: id.exactOptional(),
    }),
    response: roomBody,
    refusals: ['NOT_FOUND', 'FORBIDDEN'],
  },
  /** One room with all its members. That of a meeting has the meeting's id. */
  readRoom: {
    method: 'GET',
    path: '/api/chat/rooms/:roomId',
    auth: 'any',
    status: 200,
    body: null,
    response: roomBody,
    refusals: ['NOT_FOUND'],
  },
  /** Give a group another title, or mute a room for oneself. */
  updateRoom: {
    method: 'PATCH',
    path: '/api/chat/rooms/:roomId',
    auth: 'any',
    status: 200,
    body: z.strictObject({
      title: roomTitle.exactOptional(),
      muted: z.boolean().exactOptional(),
    }),
    response: roomBody,
    refusals: ['NOT_FOUND', 'INVALID_STATE'],
  },
  /** Ask others into a group; each member may. They see what was written before. */
  addMembers: {
    method: 'POST',
    path: '/api/chat/rooms/:roomId/members',
    auth: 'account',
    status: 200,
    body: z.strictObject({ userIds: z.array(id).min(1).max(MAX_MEMBERS) }),
    response: roomBody,
    refusals: ['NOT_FOUND', 'INVALID_STATE', 'FULL'],
  },
  /**
   * Leave a group, or as its owner put somebody out. Whoever has been there longest owns it then; with the
   * last one it is gone.
   */
  removeMember: {
    method: 'DELETE',
    path: '/api/chat/rooms/:roomId/members/:userId',
    auth: 'account',
    status: 204,
    body: null,
    response: null,
    refusals: ['NOT_FOUND', 'FORBIDDEN', 'INVALID_STATE'],
  },
  /** Write. The same `clientId` again answers the message that there is. */
  sendMessage: {
    method: 'POST',
    path: '/api/chat/rooms/:roomId/msgs',
    auth: 'any',
    status: 201,
    body: z.strictObject({
      content,
      clientId: id.exactOptional(),
      /** A message of the same room. */
      replyTo: id.exactOptional(),
      mentions: mentions.exactOptional(),
    }),
    response: messageBody,
    refusals: ['NOT_FOUND', 'FORBIDDEN'],
  },
  /**
   * Messages in their order: those after or before a number, those that changed since a revision (in the
   * order of their revisions), or without any of these the newest.
   */
  listMessages: {
    method: 'GET',
    path: '/api/chat/rooms/:roomId/msgs',
    auth: 'any',
    status: 200,
    query: z
      .strictObject({
        after: number.exactOptional(),
        before: number.exactOptional(),
        since: number.exactOptional(),
        limit: pageLimit(50),
      })
      .refine(
        ({ after, before, since }) =>
          [after, before, since].filter((one) => one !== undefined).length <= 1,
        'one of after, before and since',
      ),
    body: null,
    response: z.object({
      messages: z.array(chatMessage),
      /** Whether there are more in the direction that was asked for. */
      hasMore: z.boolean(),
      /** How far the room was before these were read. */
      lastSeq: z.int(),
      rev: z.int(),
    }),
    refusals: ['NOT_FOUND'],
  },
  /** Write one's own message anew; it is marked as edited. */
  editMessage: {
    method: 'PATCH',
    path: '/api/chat/rooms/:roomId/msgs/:messageId',
    auth: 'any',
    status: 200,
    body: z.strictObject({ content, mentions: mentions.exactOptional() }),
    response: messageBody,
    refusals: ['NOT_FOUND', 'FORBIDDEN', 'INVALID_STATE'],
  },
  /** Take back one's own message: its content is gone, its place stays. */
  deleteMessage: {
    method: 'DELETE',
    path: '/api/chat/rooms/:roomId/msgs/:messageId',
    auth: 'any',
    status: 200,
    body: null,
    response: messageBody,
    refusals: ['NOT_FOUND', 'FORBIDDEN'],
  },
  /** React to a message, or take that back. */
  reactToMessage: {
    method: 'POST',
    path: '/api/chat/rooms/:roomId/msgs/:messageId/reactions',
    auth: 'any',
    status: 200,
    body: z.strictObject({ reaction, on: z.boolean() }),
    response: messageBody,
    refusals: ['NOT_FOUND', 'FORBIDDEN', 'INVALID_STATE'],
  },
  /** Who has seen a message, and when: the first ones first. */
  listSeen: {
    method: 'GET',
    path: '/api/chat/rooms/:roomId/msgs/:messageId/seen',
    auth: 'any',
    status: 200,
    query: z.strictObject({
      /** How many to leave out. */
      offset: number.max(10_000).default(0),
      limit: pageLimit(50),
    }),
    body: null,
    response: z.object({
      seen: z.array(z.object({ userId: id, name: displayName, seenAt: instant })),
      hasMore: z.boolean(),
    }),
    refusals: ['NOT_FOUND'],
  },
  /** Messages that contain some text, in all rooms that one may read or in one of them; the newest first. */
  searchMessages: {
    method: 'GET',
    path: '/api/chat/search',
    auth: 'account',
    status: 200,
    query: z.strictObject({
      q: z.string().trim().min(2).max(100).regex(LINE, 'well-formed text'),
      roomId: id.exactOptional(),
      ...pageOf(),
    }),
    body: null,
    response: z.object({
      results: z.array(
        z.object({
          message: chatMessage,
          room: z.object({ id, kind: roomKind, title: z.string().nullable() }),
        }),
      ),
      next: z.string().nullable(),
    }),
    refusals: [],
  },
} as const satisfies Record<string, RouteSchema>;
