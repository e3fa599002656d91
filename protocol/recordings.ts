import { z } from 'zod';
import { displayName, id, instant, meetingRef, pageOf, title } from './primitives.ts';
import type { RouteSchema } from './schemas.ts';

/**
 * `starting`: a mixer is to write it; `recording`: it does; `processing`: it is over, and what was written is put
 * together; `ready`: it can be played; `failed`: nothing of it can.
 */
export const recordingState = z.enum(['starting', 'recording', 'processing', 'ready', 'failed']);
export type RecordingState = z.infer<typeof recordingState>;

export const recordingFile = z.object({
  id,
  /**
   * `composite`: the picture that listeners see, in one file; `track`: one microphone, camera or screen; `transcript`:
   * what is said, as its owner put it there.
   */
  kind: z.enum(['composite', 'track', 'manifest', 'transcript']),
  /** With which it is downloaded. */
  name: z.string(),
  type: z.string(),
  bytes: z.int(),
  durationMs: z.int().nullable(),
  /** Of a track: whose it is. */
  participant: z.string().nullable(),
  /** Of a track: `microphone`, `camera`, `screen` or `screen-audio`. */
  source: z.string().nullable(),
  /** Of a track: when it begins, milliseconds after the recording. */
  offsetMs: z.int().nullable(),
});
export type RecordingFileView = z.infer<typeof recordingFile>;

export const recordingView = z.object({
  id,
  meetingId: id,
  title: z.string(),
  state: recordingState,
  composite: z.boolean(),
  tracks: z.boolean(),
  startedAt: instant,
  endedAt: instant.nullable(),
  durationMs: z.int().nullable(),
  /** Of all its files. */
  bytes: z.int(),
  /** When it is removed by itself; null: never. */
  expiresAt: instant.nullable(),
  /** Why it failed, or what is missing of it, for people. */
  error: z.string().nullable(),
});
export type RecordingView = z.infer<typeof recordingView>;

export const shareView = z.object({
  id,
  createdAt: instant,
  /** The link opens nothing from then on. */
  expiresAt: instant,
  /** Whether it shows what was written, too. */
  withChat: z.boolean(),
});
export type ShareView = z.infer<typeof shareView>;

/** A file, and where it is until the ticket is over. */
const playableFile = recordingFile.extend({
  /** Plays it, with seeking. */
  url: z.string(),
  /** Saves it. */
  downloadUrl: z.string(),
});
/**
 * What was written to everybody in the meeting while it was recorded,; what was deleted is not
 * in it, whenever that was.
 */
export const recordingChat = z.object({
  messages: z.array(
    z.object({
      id,
      /** Of who wrote it, as they were called then. */
      name: displayName,
      content: z.string(),
      at: instant,
      editedAt: instant.nullable(),
      /** Where it is in the recording, milliseconds after its beginning. */
      offsetMs: z.int().nonnegative(),
    }),
  ),
});
export type RecordingChat = z.infer<typeof recordingChat>;

const opened = z.object({
  recording: recordingView,
  files: z.array(playableFile),
  /** What was written meanwhile; null: nothing, or it is not to be read with this link or by the meeting's settings. */
  chat: z.object({ ticket: z.string(), url: z.string() }).nullable(),
  /** Of the addresses; asked for again they go on. */
  expiresAt: instant,
});

/** As `openRecording` answers it. */
const ticket = z.string().regex(/^[A-Za-z0-9_.-]{1,2000}$/, 'a ticket');

const recordingBody = z.object({ recording: recordingView });
export const MAX_SHARES = 50;
const MAX_SHARE_DAYS = 365;

/** Recordings over HTTP. Their files have addresses of their own, as `openRecording` answers them. */
export const recordingRoutes = {
  /** Begin to record a meeting; its host and co-hosts. While it is recorded the answer is that recording. */
  startRecording: {
    method: 'POST',
    path: '/api/meetings/:idOrCode/recordings',
    auth: 'account',
    status: 201,
    body: z.strictObject({
      /** The picture that listeners of a live room see, in one file. */
      composite: z.boolean().default(true),
      /** Every microphone, camera and screen in a file of its own. */
      tracks: z.boolean().default(false),
    }),
    response: recordingBody,
    refusals: ['NOT_FOUND', 'FORBIDDEN', 'ENDED', 'NO_CAPACITY'],
  },
  /** Stop it; whoever may start it. Stopping it again answers the same. */
  stopRecording: {
    method: 'POST',
    path: '/api/recordings/:recordingId/stop',
    auth: 'account',
    status: 200,
    body: null,
    response: recordingBody,
    refusals: ['NOT_FOUND', 'FORBIDDEN'],
  },
  /** Recordings of meetings that the account hosts, newest first. */
  listRecordings: {
    method: 'GET',
    path: '/api/recordings',
    auth: 'account',
    status: 200,
    query: z.strictObject({
      ...pageOf(),
      /** Only those of this meeting. */
      meeting: meetingRef.exactOptional(),
    }),
    body: null,
    response: z.object({ recordings: z.array(recordingView), next: z.string().nullable() }),
    refusals: ['NOT_FOUND'],
  },
  /** Its owner; while it goes on, whoever may stop it as well. */
  readRecording: {
    method: 'GET',
    path: '/api/recordings/:recordingId',
    auth: 'account',
    status: 200,
    body: null,
    response: recordingBody,
    refusals: ['NOT_FOUND', 'FORBIDDEN'],
  },
  /** Give it another title; its owner only. */
  renameRecording: {
    method: 'PATCH',
    path: '/api/recordings/:recordingId',
    auth: 'account',
    status: 200,
    body: z.strictObject({ title }),
    response: recordingBody,
    refusals: ['NOT_FOUND', 'FORBIDDEN'],
  },
  /** Remove it with its files and links; its owner only. One that goes on is stopped. */
  removeRecording: {
    method: 'DELETE',
    path: '/api/recordings/:recordingId',
    auth: 'account',
    status: 204,
    body: null,
    response: null,
    refusals: ['NOT_FOUND', 'FORBIDDEN'],
  },
  /** Where its files can be played and downloaded for an hour; its owner only. */
  openRecording: {
    method: 'POST',
    path: '/api/recordings/:recordingId/open',
    auth: 'account',
    status: 200,
    body: null,
    response: opened,
    refusals: ['NOT_FOUND', 'FORBIDDEN', 'INVALID_STATE'],
  },
  /**
   * Put a transcript beside it, in place of the one before: the body is a file of WebVTT, of at most 1 MiB. Its owner only;
   * whoever may play the recording may read it.
   */
  setTranscript: {
    method: 'POST',
    path: '/api/recordings/:recordingId/transcript',
    auth: 'account',
    status: 204,
    content: ['text/vtt'],
    body: z.instanceof(Uint8Array),
    response: null,
    refusals: ['NOT_FOUND', 'FORBIDDEN', 'INVALID_STATE'],
  },
  /** Take its transcript away; its owner only. Idempotent. */
  removeTranscript: {
    method: 'DELETE',
    path: '/api/recordings/:recordingId/transcript',
    auth: 'account',
    status: 204,
    body: null,
    response: null,
    refusals: ['NOT_FOUND', 'FORBIDDEN'],
  },
  /** Make a link that anybody can open it with, shown this once; its owner only. At most 50 of a recording. */
  shareRecording: {
    method: 'POST',
    path: '/api/recordings/:recordingId/shares',
    auth: 'account',
    status: 201,
    body: z.strictObject({
      days: z.int().min(1).max(MAX_SHARE_DAYS).default(7),
      /** Show what was written meanwhile, too. */
      withChat: z.boolean().default(false),
    }),
    response: z.object({
      share: shareView,
      /** What the link holds. */
      token: z.string(),
      /** Path of the page that it opens. */
      path: z.string(),
    }),
    refusals: ['NOT_FOUND', 'FORBIDDEN', 'INVALID_STATE'],
  },
  /** Links that still open it; its owner only. */
  listRecordingShares: {
    method: 'GET',
    path: '/api/recordings/:recordingId/shares',
    auth: 'account',
    status: 200,
    body: null,
    response: z.object({ shares: z.array(shareView) }),
    refusals: ['NOT_FOUND', 'FORBIDDEN'],
  },
  /** Have a link open nothing from now on, nor what was opened with it; its owner only. Idempotent. */
  revokeRecordingShare: {
    method: 'DELETE',
    path: '/api/recordings/:recordingId/shares/:shareId',
    auth: 'account',
    status: 204,
    body: null,
    response: null,
    refusals: ['NOT_FOUND', 'FORBIDDEN'],
  },
  /**
   * What was written to everybody in the meeting while it was recorded, with a ticket of the recording as it was opened.
   * Not there for links that do not show it, nor where the meeting's settings let nobody read its chat afterwards.
   */
  readRecordingChat: {
    method: 'GET',
    path: '/api/recordings/:recordingId/chat',
    auth: 'none',
    status: 200,
    query: z.strictObject({ ticket }),
    body: null,
    response: recordingChat,
    refusals: ['UNAUTHENTICATED', 'NOT_FOUND'],
  },
  /** Open a recording with a link. */
  openSharedRecording: {
    method: 'POST',
    path: '/api/shared-recordings',
    auth: 'none',
    status: 200,
    body: z.strictObject({ token: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'of a link') }),
    response: opened,
    refusals: ['NOT_FOUND', 'INVALID_STATE'],
  },
} as const satisfies Record<string, RouteSchema>;
