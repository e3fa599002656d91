import { z } from 'zod';
import { callHistoryRoutes, callMinute } from './callHistory.ts';
import { personView } from './people.ts';
import { deviceId, id, instant, LINES } from './primitives.ts';
import { iceServer } from './rtp.ts';
import type { RequestSchema } from './schemas.ts';

export const callType = z.enum(['audio', 'video']);
export type CallType = z.infer<typeof callType>;

/** Largest session description, in characters: a browser's with audio and video has about 8,000. */
const MAX_SDP = 64_000;
/** People who may be asked into a call at once. */
const MAX_INVITED = 8;

const description = <T extends 'offer' | 'answer'>(type: T) =>
  z.strictObject({ type: z.literal(type), sdp: z.string().min(1).max(MAX_SDP) });

/** As `RTCIceCandidate.toJSON` has it. */
const candidate = z.strictObject({
  candidate: z.string().max(1_024),
  sdpMid: z.string().max(64).nullable().exactOptional(),
  sdpMLineIndex: z.int().min(0).max(255).nullable().exactOptional(),
  usernameFragment: z.string().max(256).nullable().exactOptional(),
});

/** How the two reach each other: the type of the candidate that is used. */
export const callPath = z.enum(['host', 'srflx', 'prflx', 'relay']);
export type CallPath = z.infer<typeof callPath>;

const ofCall = { callId: id };
/** Who sends and who is to get it: known anyway, and refused where it is wrong. */
const addressed = { ...ofCall, from: id.exactOptional(), to: id.exactOptional() };

/** What a party needs to open its end of the peer connection. */
const peerConfig = {
  iceServers: z.array(iceServer),
  /** `relay`: media goes through the TURN servers only. */
  iceTransportPolicy: z.enum(['all', 'relay']),
};

/** A call of somebody, as it is now. */
export const callView = z.object({
  ...ofCall,
  callType,
  state: z.enum(['RINGING', 'CONNECTING', 'CONNECTED']),
  direction: z.enum(['incoming', 'outgoing']),
  with: personView,
  /** Null before it was accepted. */
  answeredAt: instant.nullable(),
  /** Whether this connection is the party's end of it. */
  here: z.boolean(),
  /** The meeting that one is asked to come into, instead of a call; null for a call of two. */
  meetingId: id.nullable(),
  ...peerConfig,
});
export type CallView = z.infer<typeof callView>;

/** Why a call was not taken. `busy`, `offline` and `timeout` are said by the server. */
export const rejectReason = z.enum(['declined', 'busy', 'offline', 'timeout']);
/**
 * Why a call is over. `lost`: a party did not come back; `failed`: no path for media was found;
 * `elsewhere`: answered or declined on another device; `moved`: it goes on as a meeting.
 */
export const endReason = z.enum([
  ...['hung-up', 'cancelled', 'timeout', 'lost', 'failed', 'elsewhere', 'moved'],
] as const);
export type EndReason = z.infer<typeof endReason>;

const declineMessage = z.string().trim().min(1).max(300).regex(LINES, 'well-formed text');

export const callRequests = {
  /** Say who one is; the token has said so already. `user:joined` tells the same. */
  'user:join': {
    input: z.strictObject({ userId: id }),
    output: z.object({ userId: id, socketId: z.string() }),
    idempotent: true,
    refusals: ['FORBIDDEN'],
  },
  /**
   * Ring somebody on all of their devices; `call:initiated` tells the same. Whoever is rung by just that
   * person accepts that call instead: both get `call:accepted`. Somebody who is busy or not there is
   * told of it later, and the caller at once with `call:rejected`.
   */
  'call:initiate': {
    input: z.strictObject({ to: id, callType, deviceId: deviceId.exactOptional() }),
    output: z.object({ ...ofCall, to: id }),
    idempotent: false,
    refusals: ['FORBIDDEN', 'NOT_FOUND', 'INVALID_STATE'],
  },
  /** Take a call that rings, on this connection. Repeating it changes nothing. */
  'call:accept': {
    input: z.strictObject({
      ...ofCall,
      /** The caller. */
      from: id.exactOptional(),
      deviceId: deviceId.exactOptional(),
    }),
    output: z.object(ofCall),
    idempotent: true,
    refusals: ['NOT_FOUND', 'INVALID_STATE', 'FORBIDDEN'],
  },
  /** Refuse a call that rings, with a few words if one likes. */
  'call:reject': {
    input: z.strictObject({
      ...ofCall,
      from: id.exactOptional(),
      message: declineMessage.exactOptional(),
    }),
    output: z.object(ofCall),
    idempotent: true,
    refusals: ['NOT_FOUND', 'INVALID_STATE', 'FORBIDDEN'],
  },
  /** Hang up, or cancel while it rings. Repeating it changes nothing. */
  'call:end': {
    input: z.strictObject(ofCall),
    output: z.object(ofCall),
    idempotent: true,
    refusals: ['NOT_FOUND', 'FORBIDDEN'],
  },
  /** Hand a session description to the other party, as it is. */
  'call:offer': {
    input: z.strictObject({
      ...addressed,
      offer: description('offer'),
      callType: callType.exactOptional(),
    }),
    output: z.object(ofCall),
    idempotent: false,
    refusals: ['NOT_FOUND', 'INVALID_STATE', 'FORBIDDEN'],
  },
  /** The same for the answer to one. */
  'call:answer': {
    input: z.strictObject({ ...addressed, answer: description('answer') }),
    output: z.object(ofCall),
    idempotent: false,
    refusals: ['NOT_FOUND', 'INVALID_STATE', 'FORBIDDEN'],
  },
  /** The same for a candidate; null: there are no more. */
  'ice:candidate': {
    input: z.strictObject({ ...addressed, candidate: candidate.nullable() }),
    output: z.object(ofCall),
    idempotent: false,
    refusals: ['NOT_FOUND', 'INVALID_STATE', 'FORBIDDEN'],
  },
  /** Media flows between the two. */
  'call:connected': {
    input: z.strictObject({ ...ofCall, path: callPath }),
    output: z.object(ofCall),
    idempotent: true,
    refusals: ['NOT_FOUND', 'INVALID_STATE', 'FORBIDDEN'],
  },
  /** Take one's end of a call to this connection, after the one before was lost. */
  'call:resume': {
    input: z.strictObject({ ...ofCall, deviceId }),
    output: callView,
    idempotent: true,
    refusals: ['NOT_FOUND', 'INVALID_STATE', 'FORBIDDEN'],
  },
  /**
   * Have the call go on as a meeting, because no path is found or more people are to come: both get
   * `call:moved`, and those who are invited are rung. A call that has moved answers the same meeting.
   */
  'call:upgrade': {
    input: z.strictObject({ ...ofCall, invite: z.array(id).max(MAX_INVITED).exactOptional() }),
    output: z.object({ meetingId: id, code: z.string() }),
    idempotent: true,
    refusals: ['NOT_FOUND', 'INVALID_STATE', 'FORBIDDEN'],
  },
  /** What goes on: asked for when something may have been missed. */
  'call:sync': {
    input: z.strictObject({}),
    output: z.object({
      call: callView.nullable(),
      /** Missed calls that nobody has looked at. */
      missed: z.int(),
    }),
    idempotent: true,
    refusals: ['FORBIDDEN'],
  },
  /** How a call or meeting was in the minute before, for its history. One a minute is kept. */
  'call:quality': {
    input: z.strictObject({
      /** The call, or the meeting that one is in. */
      in: z.union([z.strictObject(ofCall), z.strictObject({ meetingId: id })]),
      minute: callMinute,
    }),
    output: z.object({}),
    idempotent: true,
    refusals: ['NOT_FOUND', 'FORBIDDEN'],
  },
} as const satisfies Record<string, RequestSchema>;

/** To the devices of the two parties of a call. */
export const callNotifications = {
  /** To the connection that has said who it is. */
  'user:joined': z.object({ userId: id, socketId: z.string() }),
  /** To the connection that rings somebody. */
  'call:initiated': z.object({ ...ofCall, to: id }),
  /** To all devices of the one who is rung. */
  'call:incoming': z.object({
    ...ofCall,
    from: id,
    caller: personView,
    callType,
    /** Set when one is asked into a meeting that goes on. */
    meetingId: id.nullable(),
  }),
  /** To both ends: open the peer connection. The caller makes the first offer. */
  'call:accepted': z.object({ ...ofCall, by: id, ...peerConfig }),
  /** To the caller, and to all devices of the one who did it. */
  'call:rejected': z.object({
    ...ofCall,
    by: id,
    reason: rejectReason,
    message: z.string().exactOptional(),
  }),
  /** To both ends, and to devices that rang. `by` is null where nobody did it. */
  'call:ended': z.object({ ...ofCall, by: id.nullable(), reason: endReason }),
  /** To the other end, with what `call:offer` had. */
  'call:offer': z.object({ ...ofCall, from: id, offer: description('offer'), callType }),
  /** To the other end. */
  'call:answer': z.object({ ...ofCall, from: id, answer: description('answer') }),
  /** To the other end. */
  'ice:candidate': z.object({ ...ofCall, from: id, candidate: candidate.nullable() }),
  /** To both ends: join the meeting; what flows between the two may go on until its media does. */
  'call:moved': z.object({
    ...ofCall,
    meetingId: id,
    code: z.string(),
    /** `invited`: more people come; `no-path`: the two could not reach each other. */
    reason: z.enum(['invited', 'no-path']),
  }),
  /** To all of one's devices: the history has a new row. */
  'call:logged': z.object({
    ...ofCall,
    /** Missed calls that nobody has looked at. */
    missed: z.int(),
  }),
} as const satisfies Record<string, z.ZodType>;

export const callRoutes = callHistoryRoutes;
