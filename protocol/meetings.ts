import { z } from 'zod';
import { deviceId, displayName, id, instant } from './primitives.ts';

export const ROLES = ['host', 'cohost', 'participant', 'guest'] as const;
export const role = z.enum(ROLES);
export type Role = z.infer<typeof role>;

/** Who may enter: anyone with the link, any account, or the host and the invited accounts. */
export const access = z.enum(['link', 'members', 'invited']);
export type Access = z.infer<typeof access>;

export const MAX_CAPACITY = 1000;

/** What participants who are not hosts may do. */
export const meetingSettings = z.strictObject({
  mayShareScreen: z.boolean(),
  mayUnmute: z.boolean(),
  mayReact: z.boolean(),
});
export type MeetingSettings = z.infer<typeof meetingSettings>;

/** What anyone who knows the id or code may see of a meeting. */
export const meetingView = z.object({
  id,
  code: z.string(),
  title: z.string(),
  hostId: id,
  hostName: z.string(),
  capacity: z.int(),
  waitingRoom: z.boolean(),
  allowGuests: z.boolean(),
  access,
  hasPasscode: z.boolean(),
  locked: z.boolean(),
  settings: meetingSettings,
  startsAt: instant.nullable(),
  endsAt: instant.nullable(),
  endedAt: instant.nullable(),
  createdAt: instant,
});
export type MeetingView = z.infer<typeof meetingView>;

export const SOURCES = ['microphone', 'camera', 'screen', 'screen-audio'] as const;
/** What a producer carries. */
export const source = z.enum(SOURCES);
export type Source = z.infer<typeof source>;

export const mediaKind = z.enum(['audio', 'video']);
export type MediaKind = z.infer<typeof mediaKind>;

export const producerView = z.object({
  id,
  kind: mediaKind,
  source,
  /** True while the publisher has it muted: consumers get no packets. */
  paused: z.boolean(),
});
export type ProducerView = z.infer<typeof producerView>;

/** Derived by the server from the producers, never claimed by the client. */
export const mediaStatus = z.object({
  audio: z.boolean(),
  video: z.boolean(),
  screenSharing: z.boolean(),
});
export type MediaStatus = z.infer<typeof mediaStatus>;

/** `reconnecting`: the signaling connection is lost and the grace time is running. */
export const connectionState = z.enum(['connected', 'reconnecting']);
export type ConnectionState = z.infer<typeof connectionState>;

export const participantView = z.object({
  id,
  userId: id,
  name: displayName,
  role,
  joinedAt: instant,
  connection: connectionState,
  handRaised: z.boolean(),
  /** When the hand went up: hands are shown in that order. */
  handRaisedAt: instant.nullable(),
  media: mediaStatus,
  producers: z.array(producerView),
});
export type ParticipantView = z.infer<typeof participantView>;

export const leaveReason = z.enum(['left', 'connection-lost', 'replaced', 'meeting-ended']);
export type LeaveReason = z.infer<typeof leaveReason>;

export const REACTIONS = ['👍', '❤️', '😂', '😮', '🎉', '👏'] as const;
export const reaction = z.enum(REACTIONS);
export type Reaction = z.infer<typeof reaction>;

export const joinInput = {
  passcode: z.string().max(64).optional(),
  displayName: displayName.optional(),
  deviceId: deviceId.optional(),
  takeOver: z.boolean().optional(),
};
