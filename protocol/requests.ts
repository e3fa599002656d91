import { z } from 'zod';
import type { ErrorCode } from './errors.ts';
import { joinInput, mediaKind, mediaStatus, reaction, source } from './meetings.ts';
import { epoch, id, meetingRef, seq } from './primitives.ts';
import {
  dtlsParameters,
  iceParameters,
  rtpCapabilities,
  rtpParameters,
  transportOptions,
} from './rtp.ts';
import { meetingSnapshot, sequencedNotification } from './notifications.ts';

/** Largest number of objects that one batched request may name. */
export const MAX_BATCH = 256;

const nothing = z.strictObject({});
const inMeeting = { meetingId: id };
const batchOf = <T extends z.ZodType>(item: T) => z.array(item).min(1).max(MAX_BATCH);

/** What a tile shows, in physical pixels (CSS pixels × device pixel ratio); 0 × 0: it is not seen. */
export const view = z.strictObject({
  producerId: id,
  width: z.int().min(0).max(16_384),
  height: z.int().min(0).max(16_384),
});
export type View = z.infer<typeof view>;

export const consumerOptions = z.object({
  id,
  producerId: id,
  participantId: id,
  kind: mediaKind,
  source,
  type: z.enum(['simple', 'simulcast', 'svc']),
  rtpParameters,
  producerPaused: z.boolean(),
});
export type ConsumerOptions = z.infer<typeof consumerOptions>;

export const shareableSize = {
  /** Pixels of the captured picture: required for video, refused for audio. */
  width: z.int().min(1).max(16_384).optional(),
  height: z.int().min(1).max(16_384).optional(),
};

/**
 * Every client → server request: its payload, what its acknowledgement carries, whether a client
 * may send it again when the acknowledgement was lost (it then has the same effect once), and what
 * it may be refused with beside the codes that every request may be.
 */
export const requests = {
  /** Enter a meeting. Sent again from the same device it takes over that device's participant. */
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
  /** End the meeting for everyone; hosts only. */
  'end-meeting': {
    input: z.strictObject(inMeeting),
    output: nothing,
    idempotent: true,
    refusals: ['NOT_FOUND', 'FORBIDDEN', 'NO_CAPACITY', 'INVALID_STATE'],
  },
  /** Take up a participant after a lost connection; `epoch` and `seq` are the last that were applied. */
  'resume-meeting': {
    input: z.strictObject({ ...inMeeting, participantId: id, epoch, seq }),
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
   * Open a transport. `rtpCapabilities` (of the client's Device) go with the receiving one. There is
   * one for each direction: a new one closes the one before.
   */
  'create-transport': {
    input: z.discriminatedUnion('direction', [
      z.strictObject({ ...inMeeting, direction: z.literal('send') }),
      z.strictObject({ ...inMeeting, direction: z.literal('recv'), rtpCapabilities }),
    ]),
    output: transportOptions,
    idempotent: true,
    refusals: ['INVALID_STATE'],
  },
  /** Hand over the DTLS parameters of the client's end. */
  'connect-transport': {
    input: z.strictObject({ ...inMeeting, transportId: id, dtlsParameters }),
    output: nothing,
    idempotent: true,
    refusals: ['INVALID_STATE'],
  },
  /** New ICE credentials for a transport whose path broke; what flows in it goes on. */
  'restart-ice': {
    input: z.strictObject({ ...inMeeting, transportId: id }),
    output: z.object({ iceParameters }),
    idempotent: true,
    refusals: ['INVALID_STATE'],
  },
  /**
   * Start sending a track; video comes with the `width` and `height` of the captured picture, audio
   * without. `requestId` is the client's own: sent again it answers the same producer.
   */
  produce: {
    input: z.strictObject({
      ...inMeeting,
      transportId: id,
      requestId: id,
      kind: mediaKind,
      source,
      rtpParameters,
      paused: z.boolean(),
      ...shareableSize,
    }),
    output: z.object({ producerId: id }),
    idempotent: true,
    refusals: ['INVALID_STATE', 'FORBIDDEN', 'CONFLICT'],
  },
  /** Stop sending a track. One that is closed already is fine. */
  'close-producer': {
    input: z.strictObject({ ...inMeeting, producerId: id }),
    output: nothing,
    idempotent: true,
    refusals: ['INVALID_STATE'],
  },
  /**
   * Receive producers of others. Consumers are created paused; an existing consumer is answered
   * again. Producers that are gone or cannot be received are listed in `refused`.
   */
  consume: {
    input: z.strictObject({ ...inMeeting, transportId: id, producerIds: batchOf(id) }),
    output: z.object({
      consumers: z.array(consumerOptions),
      refused: z.array(
        z.object({ producerId: id, reason: z.enum(['gone', 'cannot-consume', 'own']) }),
      ),
    }),
    idempotent: true,
    refusals: ['INVALID_STATE'],
  },
  /** The client is ready to render these: packets flow, video from a key frame. */
  'resume-consumers': {
    input: z.strictObject({ ...inMeeting, consumerIds: batchOf(id) }),
    output: z.object({ resumed: z.array(id), gone: z.array(id) }),
    idempotent: true,
    refusals: ['INVALID_STATE'],
  },
  /** What of the others' video is on screen and how large. Producers not named keep what was said before. */
  'update-views': {
    input: z.strictObject({ ...inMeeting, views: batchOf(view) }),
    output: nothing,
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
} as const satisfies Record<
  string,
  { input: z.ZodType; output: z.ZodType; idempotent: boolean; refusals: readonly ErrorCode[] }
>;

export type RequestName = keyof typeof requests;
export type RequestInput<N extends RequestName> = z.infer<(typeof requests)[N]['input']>;
export type RequestOutput<N extends RequestName> = z.infer<(typeof requests)[N]['output']>;
