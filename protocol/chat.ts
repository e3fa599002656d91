import { z } from 'zod';
import { reaction } from './meetings.ts';
import { batchOf, displayName, id, instant, LINES } from './primitives.ts';
import type { RequestSchema } from './schemas.ts';

/** Most people of a group, its owner included. */
export const MAX_MEMBERS = 200;
/** Longest message, in UTF-16 code units. */
export const MAX_CONTENT = 4_000;
/** Most rooms that one request may name. */
const MAX_ROOMS = 100;
/** How much of a message is shown where another one answers it, or a list tells of it. */
export const EXCERPT_LENGTH = 200;

/** What somebody writes: text, never markup; well-formed and without control characters but line breaks and tabs. */
export const content = z.string().trim().min(1).max(MAX_CONTENT).regex(LINES, 'well-formed text');

/** Whose names stand in the message. */
export const mentions = z.array(id).max(50);

/**
 * `direct`: of two people, made once; `group`: of those who were asked in; `meeting`: of a meeting, and has
 * its id; `meeting-private`: of two people while they are in a meeting.
 */
export const roomKind = z.enum(['direct', 'group', 'meeting', 'meeting-private']);
export type RoomKind = z.infer<typeof roomKind>;

export const roomMember = z.object({ userId: id, name: displayName });
export type RoomMember = z.infer<typeof roomMember>;

/** What a list of rooms tells of the last message. */
export const messageExcerpt = z.object({
  messageId: id,
  seq: z.int(),
  senderId: id,
  senderName: displayName,
  /** Its beginning; empty once it is deleted. */
  content: z.string(),
  mentions,
  createdAt: instant,
  deletedAt: instant.nullable(),
});
export type MessageExcerpt = z.infer<typeof messageExcerpt>;

/** A room as one of those who may read it sees it. */
export const chatRoom = z.object({
  id,
  kind: roomKind,
  /** Null where the names of the members say it. */
  title: z.string().nullable(),
  meetingId: id.nullable(),
  /** Who may put others out of a group. */
  ownerId: id,
  /** In a list at most ten of a group; none for the room of a meeting, which has whoever is in it. */
  members: z.array(roomMember),
  memberCount: z.int(),
  createdAt: instant,
  /** When something was written last. */
  activeAt: instant,
  /** Number of the last message; messages are numbered from 1 without a gap. */
  lastSeq: z.int().nonnegative(),
  /** Grows with every change: message, edit, deletion, reaction. */
  rev: z.int().nonnegative(),
  last: messageExcerpt.nullable(),
  /** Of others, after `readSeq`; 100 stands for more. */
  unread: z.int().min(0).max(100),
  readSeq: z.int().nonnegative(),
  muted: z.boolean(),
  /** Whether one may write now. */
  mayWrite: z.boolean(),
});
export type ChatRoom = z.infer<typeof chatRoom>;

export const messageReaction = z.object({
  reaction,
  count: z.int().positive(),
  /** Whether one of them is the caller's. */
  mine: z.boolean(),
  /** Of the first ten. */
  names: z.array(z.string()),
});
export type MessageReaction = z.infer<typeof messageReaction>;

export const chatMessage = z.object({
  id,
  roomId: id,
  /** Place in the room: what came later has a higher one. */
  seq: z.int().positive(),
  /** That of the room at the last change of the message. */
  rev: z.int().positive(),
  senderId: id,
  /** As they were called then. */
  senderName: displayName,
  /** Written by a listener of the meeting's live room, under a name of their choice. */
  fromListener: z.boolean().default(false),
  /** Made by the client for each message: the same one again is the same message. Null if the sender gave none. */
  clientId: id.nullable(),
  /** Empty once it is deleted. */
  content: z.string(),
  replyTo: z.object({ messageId: id, senderName: displayName, content: z.string() }).nullable(),
  mentions,
  createdAt: instant,
  editedAt: instant.nullable(),
  deletedAt: instant.nullable(),
  reactions: z.array(messageReaction),
  /** How many others have seen it. */
  seenCount: z.int().nonnegative(),
});
export type ChatMessage = z.infer<typeof chatMessage>;

const position = z.object({ roomId: id, lastSeq: z.int(), rev: z.int() });
const roomIds = z.array(id).min(1).max(MAX_ROOMS);

export const chatRequests = {
  /**
   * Hear at once what happens in these rooms, as far as one may. Whoever is in a meeting hears of its
   * room anyway.
   */
  'join-chat-rooms': {
    input: z.strictObject({ roomIds }),
    output: z.object({ success: z.boolean(), roomIds: z.array(id) }),
    idempotent: true,
    refusals: [],
  },
  /** No longer hear what happens in a room; one stays its member. */
  'leave-chat-room': {
    input: z.strictObject({ roomId: id }),
    output: z.object({}),
    idempotent: true,
    refusals: [],
  },
  /** The same as `join-chat-rooms` after a reconnect: answers how far the rooms are, to ask for what was missed. */
  'join-rooms': {
    input: z.strictObject({ roomIds }),
    output: z.object({ rooms: z.array(position) }),
    idempotent: true,
    refusals: [],
  },
  /** One writes, or does not any more; it ends by itself after 3 s. Needs the room to be joined. */
  'chat-typing': {
    input: z.strictObject({ roomId: id, isTyping: z.boolean() }),
    output: z.object({}),
    idempotent: true,
    refusals: ['NOT_FOUND', 'FORBIDDEN'],
  },
  /** These messages were before one's eyes. */
  'mark-msgs-seen': {
    input: z.strictObject({ roomId: id, messageIds: batchOf(id) }),
    output: z.object({ readSeq: z.int(), unread: z.int() }),
    idempotent: true,
    refusals: ['NOT_FOUND'],
  },
} as const satisfies Record<string, RequestSchema>;

/** To the members of a chat room. */
export const chatNotifications = {
  /** To the connection that joined: the rooms that it may. */
  'chat-rooms-joined': z.object({ success: z.boolean(), roomIds: z.array(id) }),
  /** A message was written; also to its sender. */
  'new-chat-message': z.object({ roomId: id, message: chatMessage }),
  /** A message was edited or deleted: what is left of it. */
  'chat-message-updated': z.object({
    roomId: id,
    messageId: id,
    rev: z.int(),
    content: z.string(),
    mentions,
    editedAt: instant.nullable(),
    deletedAt: instant.nullable(),
  }),
  /** Somebody reacted to a message, or took that back. */
  'chat-message-reacted': z.object({
    roomId: id,
    messageId: id,
    rev: z.int(),
    userId: id,
    name: displayName,
    reaction,
    on: z.boolean(),
    /** How many have that reaction now. */
    count: z.int().nonnegative(),
  }),
  /** Somebody writes, or does not any more. Not to the connection that they write on. */
  'chat-user-typing': z.object({
    roomId: id,
    userId: id,
    name: displayName,
    isTyping: z.boolean(),
  }),
  /** Somebody has seen these messages for the first time. In a meeting, to those who wrote them. */
  'messages-seen': z.object({
    roomId: id,
    userId: id,
    name: displayName,
    messageIds: z.array(id),
    seenAt: instant,
  }),
  /**
   * To all devices of all members, whether or not they have joined: something was written in a room, it
   * is new to them, its title or members are others, or somebody in it has deleted their account: then also
   * to those who are in the meeting, for its room. `last` is null unless something was written.
   */
  'chat-room-updated': z.object({
    roomId: id,
    lastSeq: z.int(),
    rev: z.int(),
    last: messageExcerpt.nullable(),
  }),
  /** To one's own devices: how far one has read. */
  'chat-room-read': z.object({ roomId: id, readSeq: z.int(), unread: z.int() }),
  /** To the devices of somebody who is not in a room any more. */
  'chat-room-left': z.object({ roomId: id }),
} as const satisfies Record<string, z.ZodType>;
