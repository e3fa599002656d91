import { z } from 'zod';
import type { ErrorCode } from './errors.ts';
import {
  auditEntry,
  autoAdmit,
  banView,
  joinInput,
  mediaStatus,
  meetingView,
  reaction,
  settingsChange,
  stoppable,
  waitingDevices,
} from './meetings.ts';
import {
  batchOf,
  deviceId,
  displayName,
  epoch,
  hostMessage,
  id,
  inMeeting,
  MAX_PAGE,
  meetingRef,
  seq,
} from './primitives.ts';
import type { RequestSchema } from './schemas.ts';
import { meetingSnapshot, sequencedNotification } from './notifications.ts';

const nothing = z.strictObject({});
/** What may stand against a request that is for hosts. */
const HOST_REFUSALS = ['INVALID_STATE', 'FORBIDDEN'] as const satisfies readonly ErrorCode[];
const denial = { message: hostMessage.optional(), ban: z.boolean().optional() };

/** What is asked of a meeting: of its owner, whichever node that is. Media apart. */
export const meetingRequests = {
  /**
   * Enter a meeting, or its waiting room: then `meeting-joined` or `join-denied` follows. Sent again
   * from the same device it takes up that device's place, in the meeting or in the queue.
   */
  'join-meeting': {
    input: z.strictObject({ meetingId: meetingRef, ...joinInput }),
    output: z.object({ status: z.enum(['joined', 'waiting']), participantId: id }),
    idempotent: true,
    refusals: [
      'NOT_FOUND',
      'ENDED',
      'NOT_STARTED',
      'FORBIDDEN',
      'GUESTS_NOT_ALLOWED',
      'BANNED',
      'PASSCODE_REQUIRED',
      'PASSCODE_WRONG',
      'LOCKED',
      'FULL',
      'ALREADY_JOINED',
      'NO_CAPACITY',
      'INVALID_STATE',
    ],
  },
  /** Give up one's place. Whoever is in no meeting has left. */
  'leave-meeting': {
    input: z.strictObject(inMeeting),
    output: nothing,
    idempotent: true,
    refusals: ['INVALID_STATE'],
  },
  /** End the meeting for everyone, for good; the host only. */
  'end-meeting': {
    input: z.strictObject(inMeeting),
    output: nothing,
    idempotent: true,
    refusals: ['NOT_FOUND', 'FORBIDDEN', 'NO_CAPACITY', 'INVALID_STATE'],
  },
  /** Somebody who waits tells what they would come in with. */
  'update-waiting-devices': {
    input: z.strictObject({ ...inMeeting, ...waitingDevices.shape }),
    output: nothing,
    idempotent: true,
    refusals: ['INVALID_STATE'],
  },
  /**
   * Let in one, several or all who wait. One alone is refused with the code of what stands against
   * it; of several, those who cannot come in go on waiting and are listed. Somebody let in before is
   * fine. `always`: they never wait for this meeting again.
   */
  'admit-participant': {
    input: z.union([
      z.strictObject({ ...inMeeting, participantId: id, always: z.boolean().optional() }),
      z.strictObject({ ...inMeeting, participantIds: batchOf(id), always: z.boolean().optional() }),
      z.strictObject({ ...inMeeting, all: z.literal(true), always: z.boolean().optional() }),
    ]),
    output: z.object({
      admitted: z.array(id),
      refused: z.array(z.object({ participantId: id, code: z.enum(['NOT_FOUND', 'FULL']) })),
    }),
    idempotent: true,
    refusals: [...HOST_REFUSALS, 'NOT_FOUND', 'FULL', 'NO_CAPACITY'],
  },
  /** Turn away one, several or all who wait, with a message if there is one. `ban`: for good. */
  'deny-participant': {
    input: z.union([
      z.strictObject({ ...inMeeting, participantId: id, ...denial }),
      z.strictObject({ ...inMeeting, participantIds: batchOf(id), ...denial }),
      z.strictObject({ ...inMeeting, all: z.literal(true), ...denial }),
    ]),
    output: z.object({ denied: z.array(id) }),
    idempotent: true,
    refusals: [...HOST_REFUSALS, 'NOT_FOUND'],
  },
  /** What everybody who waits reads; null: nothing. */
  'message-waiting-room': {
    input: z.strictObject({ ...inMeeting, message: hostMessage.nullable() }),
    output: nothing,
    idempotent: true,
    refusals: HOST_REFUSALS,
  },
  /** Change the meeting from within. What is left out stays. */
  'update-meeting': {
    input: z.strictObject({
      ...inMeeting,
      locked: z.boolean().exactOptional(),
      waitingRoom: z.boolean().exactOptional(),
      autoAdmit: autoAdmit.exactOptional(),
      settings: settingsChange.exactOptional(),
    }),
    output: z.object({ meeting: meetingView }),
    idempotent: true,
    refusals: HOST_REFUSALS,
  },
  /** Make somebody a co-host or an ordinary participant, or hand the meeting over (`host`). */
  'assign-role': {
    input: z.strictObject({
      ...inMeeting,
      participantId: id,
      role: z.enum(['host', 'cohost', 'participant']),
    }),
    output: nothing,
    idempotent: true,
    refusals: [...HOST_REFUSALS, 'NOT_FOUND'],
  },
  /** Mute somebody, or everybody but hosts. `mayUnmute` with `all` sets whether they may unmute themselves. */
  'mute-participant': {
    input: z.union([
      z.strictObject({ ...inMeeting, participantId: id }),
      z.strictObject({ ...inMeeting, all: z.literal(true), mayUnmute: z.boolean().optional() }),
    ]),
    output: z.object({ muted: z.array(id) }),
    idempotent: true,
    refusals: [...HOST_REFUSALS, 'NOT_FOUND'],
  },
  /** Ask somebody to turn on the microphone or camera, and let them do so. */
  'ask-to-unmute': {
    input: z.strictObject({
      ...inMeeting,
      participantId: id,
      source: z.enum(['microphone', 'camera']),
    }),
    output: nothing,
    idempotent: true,
    refusals: [...HOST_REFUSALS, 'NOT_FOUND'],
  },
  /** Mute or stop something that somebody sends. */
  'stop-media': {
    input: z.strictObject({ ...inMeeting, participantId: id, source: stoppable }),
    output: nothing,
    idempotent: true,
    refusals: [...HOST_REFUSALS, 'NOT_FOUND'],
  },
  /** Lower somebody's hand, or all. */
  'lower-hand': {
    input: z.union([
      z.strictObject({ ...inMeeting, participantId: id }),
      z.strictObject({ ...inMeeting, all: z.literal(true) }),
    ]),
    output: nothing,
    idempotent: true,
    refusals: [...HOST_REFUSALS, 'NOT_FOUND'],
  },
  /** Change one's own name in the meeting, or somebody's. */
  'rename-participant': {
    input: z.strictObject({ ...inMeeting, participantId: id, name: displayName }),
    output: nothing,
    idempotent: true,
    refusals: [...HOST_REFUSALS, 'NOT_FOUND'],
  },
  /**
   * Put somebody out, with all of their devices; one's own second screen alone. `ban`: for good, with
   * every guest in the same browser.
   */
  'remove-participant': {
    input: z.strictObject({ ...inMeeting, participantId: id, ban: z.boolean().optional() }),
    output: nothing,
    idempotent: true,
    refusals: [...HOST_REFUSALS, 'NOT_FOUND'],
  },
  /** Who is kept out. */
  'list-bans': {
    input: z.strictObject(inMeeting),
    output: z.object({ bans: z.array(banView) }),
    idempotent: true,
    refusals: HOST_REFUSALS,
  },
  /** Let somebody come again. One that is lifted already is fine. */
  'lift-ban': {
    input: z.strictObject({ ...inMeeting, banId: id }),
    output: nothing,
    idempotent: true,
    refusals: HOST_REFUSALS,
  },
  /** What hosts did, newest first. */
  'list-audit': {
    input: z.strictObject({
      ...inMeeting,
      /** `next` of the page before. */
      before: z.int().positive().optional(),
      limit: z.int().min(1).max(MAX_PAGE),
    }),
    output: z.object({ entries: z.array(auditEntry), next: z.int().nullable() }),
    idempotent: true,
    refusals: HOST_REFUSALS,
  },
  /**
   * Take up a participant after a lost connection; `epoch` and `seq` are the last that were applied.
   * Refused when another device than `deviceId` has taken the place over: join again, which asks.
   */
  'resume-meeting': {
    input: z.strictObject({
      ...inMeeting,
      participantId: id,
      deviceId: deviceId.optional(),
      epoch,
      seq,
    }),
    output: z.discriminatedUnion('status', [
      /** Everything that was missed, in order. */
      z.object({ status: z.literal('resumed'), missed: z.array(sequencedNotification) }),
      /** Too much was missed: start again from the snapshot. Media goes on. */
      z.object({ status: z.literal('resynced'), snapshot: meetingSnapshot }),
    ]),
    idempotent: true,
    refusals: ['INVALID_STATE'],
  },
  /**
   * Mute and unmute: the server pauses, resumes or closes the producers and answers what is true
   * afterwards. Claiming `audio: true` without a microphone producer answers `audio: false`.
   */
  'media-status-update': {
    input: z.strictObject({ ...inMeeting, ...mediaStatus.shape }),
    output: mediaStatus,
    idempotent: true,
    refusals: ['INVALID_STATE', 'FORBIDDEN'],
  },
  /** Raise or lower one's hand. */
  'raise-hand': {
    input: z.strictObject({ ...inMeeting, raised: z.boolean() }),
    output: z.object({ handRaised: z.boolean() }),
    idempotent: true,
    refusals: ['INVALID_STATE'],
  },
  /** Show a reaction to everyone. */
  'send-reaction': {
    input: z.strictObject({ ...inMeeting, reaction }),
    output: nothing,
    idempotent: false,
    refusals: ['INVALID_STATE', 'FORBIDDEN'],
  },
} as const satisfies Record<string, RequestSchema>;
