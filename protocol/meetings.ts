import { z } from 'zod';
import { deviceId, displayName, id, instant } from './primitives.ts';

export const ROLES = ['host', 'cohost', 'participant', 'guest'] as const;
export const role = z.enum(ROLES);
export type Role = z.infer<typeof role>;

/** Who may enter: anyone with the link, any account, or the host and the invited accounts. */
export const access = z.enum(['link', 'members', 'invited']);
export type Access = z.infer<typeof access>;

export const MAX_CAPACITY = 1000;

/** Who of those who were in a meeting may read its chat when they are not in it any more, guests never. */
export const chatAfter = z.enum(['participants', 'hosts', 'nobody']);
export type ChatAfter = z.infer<typeof chatAfter>;

/**
 * Whether a meeting is recorded without anybody starting it, whenever a host or co-host is in it: as one picture, and
 * with everybody apart as well.
 */
export const recordAutomatically = z.enum(['off', 'composite', 'composite-and-tracks']);
export type RecordAutomatically = z.infer<typeof recordAutomatically>;

/** What participants who are not hosts may do, and what becomes of what they do. */
export const meetingSettings = z.object({
  mayShareScreen: z.boolean(),
  mayUnmute: z.boolean(),
  mayUseCamera: z.boolean(),
  mayReact: z.boolean(),
  mayRename: z.boolean(),
  // Meetings that are older than the next three, or on nodes of an earlier version, have none of them.
  mayChat: z.boolean().default(true),
  chatAfter: chatAfter.default('participants'),
  recordAutomatically: recordAutomatically.default('off'),
});
export type MeetingSettings = z.infer<typeof meetingSettings>;

/** Those that are on or off. */
export type MeetingSwitch = Exclude<keyof MeetingSettings, 'chatAfter' | 'recordAutomatically'>;

/** What a meeting begins with. */
export const EVERYTHING_ALLOWED: MeetingSettings = {
  mayShareScreen: true,
  mayUnmute: true,
  mayUseCamera: true,
  mayReact: true,
  mayRename: true,
  mayChat: true,
  chatAfter: 'participants',
  recordAutomatically: 'off',
};

/** Only what is named changes. */
export const settingsChange = z.strictObject({
  mayShareScreen: z.boolean().exactOptional(),
  mayUnmute: z.boolean().exactOptional(),
  mayUseCamera: z.boolean().exactOptional(),
  mayReact: z.boolean().exactOptional(),
  mayRename: z.boolean().exactOptional(),
  mayChat: z.boolean().exactOptional(),
  chatAfter: chatAfter.exactOptional(),
  recordAutomatically: recordAutomatically.exactOptional(),
});
export type SettingsChange = z.infer<typeof settingsChange>;

/**
 * Who passes a waiting room without waiting, hosts apart: nobody, whoever has an account, the invited
 * accounts, or anyone.
 */
export const autoAdmit = z.enum(['nobody', 'members', 'invited', 'anyone']);
export type AutoAdmit = z.infer<typeof autoAdmit>;

/** What anyone who knows the id or code may see of a meeting. */
export const meetingView = z.object({
  id,
  code: z.string(),
  title: z.string(),
  hostId: id,
  hostName: z.string(),
  capacity: z.int(),
  waitingRoom: z.boolean(),
  autoAdmit,
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
  /**
   * The producer that it stands for while its publisher moves to another part of the server. Show that
   * one until this one flows; it is closed soon after.
   */
  replaces: id.exactOptional(),
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

/** What of somebody's media a host can mute or stop. */
export const stoppable = z.enum(['microphone', 'camera', 'screen']);
export type Stoppable = z.infer<typeof stoppable>;

/**
 * Where somebody's picture is on this server, for those who are in a meeting with them; null: there is
 * none, as of guests. The address alone opens nothing: ask with one's own token, and whoever is blocked
 * either way is answered `NOT_FOUND`. Another picture has another address.
 */
export const pictureAddress = z.string().startsWith('/api/users/').nullable();

export const participantView = z.object({
  id,
  userId: id,
  name: displayName,
  avatarUrl: pictureAddress.default(null),
  role,
  joinedAt: instant,
  connection: connectionState,
  /** A second screen of somebody who is in on another device: it has no sound and no host's rights. */
  companion: z.boolean(),
  handRaised: z.boolean(),
  /** When the hand went up: hands are shown in that order. */
  handRaisedAt: instant.nullable(),
  media: mediaStatus,
  /** What a host has muted or stopped and they have not turned on again. */
  stopped: z.array(stoppable),
  producers: z.array(producerView),
});
export type ParticipantView = z.infer<typeof participantView>;

export const leaveReason = z.enum([
  'left',
  'connection-lost',
  'replaced',
  'removed',
  'banned',
  'meeting-ended',
]);
export type LeaveReason = z.infer<typeof leaveReason>;

/** What somebody who waits would come in with; shown to hosts. */
export const waitingDevices = z.strictObject({ audio: z.boolean(), video: z.boolean() });
export type WaitingDevices = z.infer<typeof waitingDevices>;

/** Somebody in the waiting room as hosts see them. The id stays theirs when they are let in. */
export const waitingView = z.object({
  id,
  userId: id,
  name: displayName,
  avatarUrl: pictureAddress.default(null),
  /** Known by a name only. */
  guest: z.boolean(),
  /** When they asked to come in: the queue is in this order. */
  since: instant,
  connection: connectionState,
  /** Null until they have told. */
  devices: waitingDevices.nullable(),
});
export type WaitingView = z.infer<typeof waitingView>;

export const AUDIT_ACTIONS = [
  'admitted',
  'denied',
  'removed',
  'banned',
  'ban-lifted',
  'muted',
  'asked-to-unmute',
  'camera-stopped',
  'share-stopped',
  'hand-lowered',
  'renamed',
  'role-changed',
  'host-handed-over',
  /** Nobody's doing: the host was gone, and the role passed on or back. */
  'host-succeeded',
  'settings-changed',
  'ended',
] as const;
export const auditAction = z.enum(AUDIT_ACTIONS);
export type AuditAction = z.infer<typeof auditAction>;

const auditPerson = z.object({ userId: id, name: displayName });

/** Who did what to whom, when. */
export const auditEntry = z.object({
  id: z.int(),
  at: instant,
  action: auditAction,
  /** Null when nobody did it. */
  actor: auditPerson.nullable(),
  /** Null when it concerns everybody. */
  subject: auditPerson.nullable(),
  /** What it was changed to, in the words of the contract; never text that people wrote to each other. */
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type AuditEntry = z.infer<typeof auditEntry>;

/** Somebody who is kept out. */
export const banView = z.object({
  id,
  name: displayName,
  guest: z.boolean(),
  bannedBy: displayName,
  bannedAt: instant,
});
export type BanView = z.infer<typeof banView>;

export const REACTIONS = ['👍', '❤️', '😂', '😮', '🎉', '👏'] as const;
export const reaction = z.enum(REACTIONS);
export type Reaction = z.infer<typeof reaction>;

export const joinInput = {
  passcode: z.string().max(64).optional(),
  displayName: displayName.optional(),
  deviceId: deviceId.optional(),
  /** Move the call here from another device. */
  takeOver: z.boolean().optional(),
  /** Join beside another device of the same person, as a second screen without sound; the latest is the one. */
  companion: z.boolean().optional(),
  devices: waitingDevices.optional(),
};
