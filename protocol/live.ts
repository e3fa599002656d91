import { z } from 'zod';
import { id, instant, meetingRef, pageOf, title } from './primitives.ts';
import type { RouteSchema } from './schemas.ts';

/** Qualities that listeners can have, the largest first. */
export const RENDITION_NAMES = ['1080p', '720p', '360p', 'audio'] as const;
export type RenditionName = (typeof RENDITION_NAMES)[number];

/** A live room's name in its addresses, as its host chose it. */
export const roomId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'letters, digits, - and _, at most 64');

/** What listeners enter a live room with. */
export const pin = z.string().min(4).max(64);

/**
 * What a live room is doing. `created`: never begun; `starting`, `on-air`, `stopping`, `stopped`: as its mixer
 * tells; `removing`: it goes as soon as nothing of it runs; `removed`: it is gone.
 */
export const liveState = z.enum([
  'created',
  'starting',
  'on-air',
  'stopping',
  'stopped',
  'removing',
  'removed',
]);
export type LiveState = z.infer<typeof liveState>;

/** What anyone who knows the room's address may see. */
export const liveRoomView = z.object({
  roomId,
  title: z.string(),
  state: liveState,
  /** On air, and its mixer is being replaced: listeners hear nothing new for a moment. */
  interrupted: z.boolean(),
  hlsUrl: z.string(),
  /** When it last went on air. */
  startedAt: instant.nullable(),
  stoppedAt: instant.nullable(),
});
export type LiveRoomView = z.infer<typeof liveRoomView>;

/** What its host sees. */
export const ownLiveRoomView = liveRoomView.extend({
  meetingId: id,
  meetingCode: z.string(),
  /** What is wanted of it; `state` follows. */
  desired: z.enum(['off', 'on-air', 'removed']),
  createdAt: instant,
});
export type OwnLiveRoomView = z.infer<typeof ownLiveRoomView>;

/** What of a meeting goes beyond those who are in it: everybody in it is told. */
export const broadcast = z.object({
  /** The live room that it is on air in; null: it is not. */
  roomId: roomId.nullable(),
  recording: z.boolean(),
});
export type Broadcast = z.infer<typeof broadcast>;

export const NO_BROADCAST: Broadcast = { roomId: null, recording: false };

/** Somewhere else where a room is sent while it is on air. */
export const pushView = z.object({
  id,
  /** Without the key. */
  address: z.string(),
  /** `waiting`: the room is not on air; `failed`: it is tried again after a while. */
  state: z.enum(['waiting', 'connecting', 'live', 'failed']),
  /** Of the last failure, for people. */
  reason: z.string().nullable(),
});
export type PushView = z.infer<typeof pushView>;

export const liveHealth = z.object({
  state: z.enum(['off', 'starting', 'running', 'interrupted']),
  /** Of the mixer's node. */
  mixer: z.string().nullable(),
  renditions: z.array(z.string()),
  /** 1: as fast as time passes; less: it falls behind. */
  speed: z.number(),
  droppedFrames: z.int(),
  /** From the stage to a segment that can be had, milliseconds. */
  delayMs: z.int().nullable(),
  /** Of the mixer's process since the start. */
  restarts: z.int(),
  listeners: z.int(),
  error: z.string().nullable(),
  pushes: z.array(pushView),
});
export type LiveHealth = z.infer<typeof liveHealth>;

/** rtmp:// or rtmps://, with the key of the stream. */
export const pushUrl = z
  .string()
  .max(900)
  .regex(/^rtmps?:\/\/[^\s\p{Cc}\p{Cs}]+$/u, 'rtmp:// or rtmps://, without spaces');

const roomBody = z.object({ room: ownLiveRoomView });

/** Live rooms over HTTP. Keys and segments have addresses of their own (docs/live.md). */
export const liveRoutes = {
  /**
   * Create a live room: of a meeting that one hosts, or with a meeting of its own. A meeting has at most one.
   */
  createLiveRoom: {
    method: 'POST',
    path: '/api/rooms',
    auth: 'account',
    status: 201,
    body: z.strictObject({
      roomId,
      pin,
      /** Id or code of a meeting; without it, one is made. */
      meeting: meetingRef.exactOptional(),
      /** Of the room; without it, the meeting's, or the room's name. */
      title: title.exactOptional(),
    }),
    response: roomBody,
    refusals: ['CONFLICT', 'NOT_FOUND', 'FORBIDDEN', 'ENDED'],
  },
  /** Live rooms that the account hosts, newest first. */
  listLiveRooms: {
    method: 'GET',
    path: '/api/rooms',
    auth: 'account',
    status: 200,
    query: z.strictObject({
      ...pageOf(),
      /** Only that of this meeting. */
      meeting: meetingRef.exactOptional(),
    }),
    body: null,
    response: z.object({ rooms: z.array(ownLiveRoomView), next: z.string().nullable() }),
    refusals: ['NOT_FOUND'],
  },
  /** What anyone who knows its address may see of a live room, and to its host all of it. */
  readLiveRoom: {
    method: 'GET',
    path: '/api/rooms/:roomId',
    auth: 'optional',
    status: 200,
    body: null,
    response: z.object({ room: z.union([ownLiveRoomView, liveRoomView]) }),
    refusals: ['NOT_FOUND'],
  },
  /** Change its PIN or title; its host only. Who came with the PIN before needs the new one. */
  updateLiveRoom: {
    method: 'PATCH',
    path: '/api/rooms/:roomId',
    auth: 'account',
    status: 200,
    body: z.strictObject({ pin: pin.exactOptional(), title: title.exactOptional() }),
    response: roomBody,
    refusals: ['NOT_FOUND', 'FORBIDDEN', 'INVALID_STATE'],
  },
  /** Go on air; its host only. Starting it again answers the same. */
  startLiveRoom: {
    method: 'POST',
    path: '/api/rooms/:roomId/start',
    auth: 'account',
    status: 200,
    body: null,
    response: roomBody,
    refusals: ['NOT_FOUND', 'FORBIDDEN', 'NO_CAPACITY', 'INVALID_STATE', 'ENDED'],
  },
  /** Go off air; its host only. Stopping it again answers the same. */
  stopLiveRoom: {
    method: 'POST',
    path: '/api/rooms/:roomId/stop',
    auth: 'account',
    status: 200,
    body: null,
    response: roomBody,
    refusals: ['NOT_FOUND', 'FORBIDDEN', 'INVALID_STATE'],
  },
  /** Remove it, on air or not; its host only. It is gone when everything of it has ended. */
  removeLiveRoom: {
    method: 'DELETE',
    path: '/api/rooms/:roomId',
    auth: 'account',
    status: 200,
    body: null,
    response: roomBody,
    refusals: ['NOT_FOUND', 'FORBIDDEN'],
  },
  /**
   * Enter as a listener, with the PIN; its host needs none. The token opens the room's keys, as a bearer token or
   * by the cookie that comes with the answer.
   */
  enterLiveRoom: {
    method: 'POST',
    path: '/api/rooms/:roomId/access',
    auth: 'optional',
    status: 200,
    body: z.strictObject({ pin: pin.exactOptional() }),
    response: z.object({ token: z.string(), expiresAt: instant, hlsUrl: z.string() }),
    refusals: ['NOT_FOUND', 'PASSCODE_REQUIRED', 'PASSCODE_WRONG'],
  },
  /** What a listener's page asks for every few seconds, and is counted by. */
  watchLiveRoom: {
    method: 'GET',
    path: '/api/rooms/:roomId/status',
    auth: 'none',
    status: 200,
    query: z.strictObject({
      /** Random, kept by the page; who only looks leaves it out and is not counted. */
      listener: id.exactOptional(),
    }),
    body: null,
    response: z.object({ room: liveRoomView, listeners: z.int() }),
    refusals: ['NOT_FOUND'],
  },
  /** Send it to an address of RTMP as well, while it is on air; its host only. */
  addLivePush: {
    method: 'POST',
    path: '/api/rooms/:roomId/pushes',
    auth: 'account',
    status: 201,
    body: z.strictObject({ url: pushUrl }),
    response: z.object({ push: pushView }),
    refusals: ['NOT_FOUND', 'FORBIDDEN', 'INVALID_STATE', 'CONFLICT'],
  },
  /** Send it there no more; its host only. Again it answers the same. */
  removeLivePush: {
    method: 'DELETE',
    path: '/api/rooms/:roomId/pushes/:pushId',
    auth: 'account',
    status: 204,
    body: null,
    response: null,
    refusals: ['NOT_FOUND', 'FORBIDDEN'],
  },
  /** How it is going, and where it is sent; its host only. */
  readLiveHealth: {
    method: 'GET',
    path: '/api/rooms/:roomId/health',
    auth: 'account',
    status: 200,
    body: null,
    response: z.object({ health: liveHealth }),
    refusals: ['NOT_FOUND', 'FORBIDDEN'],
  },
} as const satisfies Record<string, RouteSchema>;
