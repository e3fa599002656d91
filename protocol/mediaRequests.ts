import { z } from 'zod';
import { mediaKind, source } from './meetings.ts';
import { batchOf, id, inMeeting, moveId } from './primitives.ts';
import type { RequestSchema } from './schemas.ts';
import {
  dtlsParameters,
  iceParameters,
  rtpCapabilities,
  rtpParameters,
  transportOptions,
} from './rtp.ts';

const nothing = z.strictObject({});
const ofMove = { moveId: moveId.exactOptional() };

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

/** Requests about media: transports, what is sent over them, and what is received. */
export const mediaRequests = {
  /**
   * Open a transport. `rtpCapabilities` (of the client's Device) go with the receiving one. There is
   * one for each direction: a new one closes the one before. With `moveId` it is for that move
   * (`media-moving`), and the one before stays open until `finish-move`.
   */
  'create-transport': {
    input: z.discriminatedUnion('direction', [
      z.strictObject({ ...inMeeting, ...ofMove, direction: z.literal('send') }),
      z.strictObject({ ...inMeeting, ...ofMove, direction: z.literal('recv'), rtpCapabilities }),
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
   * without. `requestId` is the client's own: sent again it answers the same producer. `replaces`: one's
   * own producer of the same source that it stands for, during a move.
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
      replaces: id.exactOptional(),
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
   * again. Producers that are gone or cannot be received are listed in `refused`. What is in neither list
   * cannot be had now: ask for it again, which is refused as `UNAVAILABLE` until it can.
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
   * End a move (`media-moving`). `moved`: everything flows by the new transports, and all that was there
   * before may be closed; else what was made for the move is closed, and the server tries again later.
   * Refused when the move has ended otherwise: what was there before stays.
   */
  'finish-move': {
    input: z.strictObject({ ...inMeeting, moveId, moved: z.boolean() }),
    output: nothing,
    idempotent: true,
    refusals: ['INVALID_STATE'],
  },
} as const satisfies Record<string, RequestSchema>;
