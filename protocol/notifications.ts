import { z } from 'zod';
import { callNotifications } from './calls.ts';
import { chatNotifications } from './chat.ts';
import {
  connectionState,
  leaveReason,
  mediaStatus,
  meetingView,
  participantView,
  pictureAddress,
  producerView,
  reaction,
  role,
  stoppable,
  waitingView,
} from './meetings.ts';
import { broadcast, NO_BROADCAST } from './live.ts';
import { peopleNotifications } from './people.ts';
import { displayName, hostMessage, id, instant, moveId, stamp } from './primitives.ts';
import { iceServer, rtpCapabilities } from './rtp.ts';
import { ERROR_CODES } from './errors.ts';

export const videoCodec = z.enum(['VP8', 'VP9', 'H264', 'AV1']);
export type VideoCodec = z.infer<typeof videoCodec>;

/** How the operator wants clients to publish. Bitrates in bits per second. */
export const publishOptions = z.object({
  videoCodec,
  /** Simulcast layers of a camera, smallest first. */
  cameraLayers: z.array(
    z.object({ scaleResolutionDownBy: z.number(), maxBitrate: z.int(), maxFramerate: z.int() }),
  ),
  screenMaxBitrate: z.int(),
  audioMaxBitrate: z.int(),
});
export type PublishOptions = z.infer<typeof publishOptions>;

export const webrtcConfig = z.object({
  routerRtpCapabilities: rtpCapabilities,
  iceServers: z.array(iceServer),
  /** `relay`: media goes through the TURN servers only. */
  iceTransportPolicy: z.enum(['all', 'relay']),
  publish: publishOptions,
});
export type WebrtcConfig = z.infer<typeof webrtcConfig>;

/** Everything a client needs to show and join a meeting, as of `(epoch, seq)`. */
export const meetingSnapshot = z.object({
  meeting: meetingView,
  participantId: id,
  participants: z.array(participantView),
  webrtcConfig,
  /** When the first of those present entered: the meeting's timer counts from here. */
  startedAt: instant,
  // While nodes are upgraded, those of an earlier version do not tell.
  broadcast: broadcast.default(NO_BROADCAST),
  ...stamp,
});
export type MeetingSnapshot = z.infer<typeof meetingSnapshot>;

const ofMeeting = { meetingId: id };

/**
 * Facts that change what every client holds. Each carries the next `seq`; a client that sees a gap
 * resynchronises, and one that comes back is sent those it missed.
 */
export const sequencedNotifications = {
  /** Somebody entered. Those who enter together learn of each other from the snapshot. */
  'participant-joined': z.object({ ...ofMeeting, participant: participantView, ...stamp }),
  /** Somebody's place is free again, and with it all their producers are gone. */
  'participant-left': z.object({
    ...ofMeeting,
    participantId: id,
    reason: leaveReason,
    ...stamp,
  }),
  /** Somebody's signaling connection was lost, or is back within the grace time. */
  'participant-connection-updated': z.object({
    ...ofMeeting,
    participantId: id,
    connection: connectionState,
    ...stamp,
  }),
  /** What of somebody's media is on, after a change of their producers. */
  'participant-media-updated': z.object({
    ...ofMeeting,
    participantId: id,
    ...mediaStatus.shape,
    ...stamp,
  }),
  /** Somebody has another role: promoted, demoted, or the host handed over or was gone. */
  'participant-role-updated': z.object({ ...ofMeeting, participantId: id, role, ...stamp }),
  /** Somebody is called otherwise, or has another picture: what is shown of them from now on. */
  'participant-renamed': z.object({
    ...ofMeeting,
    participantId: id,
    name: displayName,
    /** As of a participant; left out: as before. */
    avatarUrl: pictureAddress.exactOptional(),
    ...stamp,
  }),
  /** A host muted or stopped somebody; what it means for their media is told as well. */
  'media-stopped': z.object({
    ...ofMeeting,
    participantId: id,
    source: stoppable,
    /** Whose doing it was; null when a change of the settings was. */
    by: id.nullable(),
    ...stamp,
  }),
  /** A hand went up or down. */
  'participant-hand-updated': z.object({
    ...ofMeeting,
    participantId: id,
    handRaised: z.boolean(),
    handRaisedAt: instant.nullable(),
    ...stamp,
  }),
  /** The meeting is on air or recorded from now on, or not any more. */
  'broadcast-updated': z.object({ ...ofMeeting, broadcast, ...stamp }),
  /** Somebody sends a track: `consume` it. */
  'producer-added': z.object({
    ...ofMeeting,
    participantId: id,
    producer: producerView,
    ...stamp,
  }),
  /** A track was muted or unmuted. */
  'producer-updated': z.object({
    ...ofMeeting,
    participantId: id,
    producerId: id,
    paused: z.boolean(),
    ...stamp,
  }),
  /** A track is gone, and with it its consumers. */
  'producer-closed': z.object({ ...ofMeeting, participantId: id, producerId: id, ...stamp }),
  /**
   * Media was lost (a worker or node died). Whoever is named has none any more: they build transports,
   * producers and consumers anew. For everybody else only the tracks of those named are gone.
   */
  'media-reset': z.object({ ...ofMeeting, participantIds: z.array(id), webrtcConfig, ...stamp }),
  /** The host changed the meeting. */
  'meeting-updated': z.object({ ...ofMeeting, meeting: meetingView, ...stamp }),
} as const satisfies Record<string, z.ZodType>;

export type SequencedName = keyof typeof sequencedNotifications;
export type SequencedPayload<N extends SequencedName> = z.infer<(typeof sequencedNotifications)[N]>;

/** A sequenced notification as it is kept for those who come back. */
export type SequencedNotification = {
  [N in SequencedName]: { name: N; payload: SequencedPayload<N> };
}[SequencedName];

export const sequencedNotification: z.ZodType<SequencedNotification> = z
  .object({
    name: z.enum(Object.keys(sequencedNotifications) as [SequencedName, ...SequencedName[]]),
    payload: z.unknown(),
  })
  .transform((notification, context): SequencedNotification => {
    const parsed = sequencedNotifications[notification.name].safeParse(notification.payload);
    if (!parsed.success) {
      context.addIssue({ code: 'custom', message: `not a ${notification.name}` });
      return z.NEVER;
    }
    return { name: notification.name, payload: parsed.data } as SequencedNotification;
  });

/** Passing facts, and facts for one client only: nothing to catch up on. */
export const passingNotifications = {
  /** To the joiner, before its acknowledgement. */
  'meeting-joined': meetingSnapshot,
  /** To somebody who has to wait, before their acknowledgement; `position` counts from 1. */
  'waiting-room-entered': z.object({
    ...ofMeeting,
    participantId: id,
    position: z.int().min(1),
    /** When they asked to come in; a lost connection or a reload does not change it. */
    since: instant,
    /** What the hosts tell everybody who waits. */
    message: hostMessage.nullable(),
  }),
  /** To somebody who waits: their turn is nearer, or the hosts' message is another. */
  'waiting-room-updated': z.object({
    ...ofMeeting,
    position: z.int().min(1),
    message: hostMessage.nullable(),
  }),
  /** To somebody who waited: they will not come in. Who is let in gets `meeting-joined`. */
  'join-denied': z.object({
    ...ofMeeting,
    /** `FORBIDDEN` when a host decided so; other codes when they may not enter any more. */
    code: z.enum(ERROR_CODES),
    message: hostMessage.optional(),
  }),
  /** To hosts and co-hosts: somebody waits, or something of somebody who waits is different now. */
  'participant-waiting': z.object({ ...ofMeeting, participant: waitingView }),
  /** To hosts and co-hosts: somebody does not wait any more. */
  'participant-waiting-ended': z.object({
    ...ofMeeting,
    participantId: id,
    outcome: z.enum(['admitted', 'denied', 'left']),
  }),
  /** To somebody who becomes a host or co-host, or comes back as one: everybody who waits, first come first. */
  'waiting-room': z.object({
    ...ofMeeting,
    waiting: z.array(waitingView),
    message: hostMessage.nullable(),
  }),
  /** A host asks for the microphone or camera; it may be turned on now, whatever the settings say. */
  'unmute-requested': z.object({
    ...ofMeeting,
    by: z.object({ participantId: id, name: displayName }),
    source: z.enum(['microphone', 'camera']),
  }),
  /** To the connection that has no place any more: the call moved on, or a host put the person out. */
  'meeting-left': z.object({ ...ofMeeting, participantId: id, reason: leaveReason }),
  /** To everyone: the meeting is over. */
  'meeting-ended': z.object({ ...ofMeeting }),
  /**
   * To somebody who is in, when the meeting has another owner or the way to it was broken: where its
   * numbered facts stand. A client that is elsewhere resynchronises.
   */
  'meeting-position': z.object({ ...ofMeeting, ...stamp }),
  /** Somebody reacted; also to the sender. */
  'reaction-sent': z.object({ ...ofMeeting, participantId: id, reaction }),
  /** The dominant speaker; null: nobody. */
  'active-speaker': z.object({ ...ofMeeting, participantId: id.nullable() }),
  /** Who is audible now, loudest first, in dBov (−127 to 0); those not named are silent. */
  'audio-levels': z.object({
    ...ofMeeting,
    levels: z.array(z.object({ participantId: id, volume: z.number() })),
  }),
  /** 0 (lost) to 4 (excellent): the worse of what a participant's two directions score. */
  'connection-quality-updated': z.object({
    ...ofMeeting,
    qualities: z.array(
      z.object({
        participantId: id,
        quality: z.int().min(0).max(4),
        /** Which direction is the worse one, seen from the participant. */
        direction: z.enum(['up', 'down', 'both']),
      }),
    ),
  }),
  /**
   * To somebody whose part of the server gives away what it has: build transports, producers and
   * consumers with this `moveId` beside those there are, then `finish-move`. Nobody is to notice.
   */
  'media-moving': z.object({ ...ofMeeting, moveId, webrtcConfig }),
  /** To the receiver: these consumers were never resumed and are gone; ask for their producers again. */
  'consumers-closed': z.object({ ...ofMeeting, consumerIds: z.array(id) }),
  /** To the receiver: the layers that flow now; null while nothing does. */
  'consumer-layers-updated': z.object({
    ...ofMeeting,
    consumerId: id,
    spatialLayer: z.int().nullable(),
    temporalLayer: z.int().nullable(),
  }),
  /** To the publisher: highest layer that somebody receives; −1 when nobody receives any. Stop encoding what is above. */
  'producer-layers-wanted': z.object({
    ...ofMeeting,
    producerId: id,
    maxSpatialLayer: z.int().min(-1).max(3),
  }),
  /**
   * To hosts and co-hosts in a meeting that is to be recorded by itself: no mixer has room for it yet. It is tried again
   * and again, and `broadcast-updated` tells when it is recorded.
   */
  'recording-waiting': z.object({ ...ofMeeting }),
  /** The server is going down: the connection will be cut, and another try will reach its successor. */
  'server-draining': z.object({}),
} as const satisfies Record<string, z.ZodType>;

/** What concerns people outside of meetings. */
export const userNotifications = {
  ...chatNotifications,
  ...peopleNotifications,
  ...callNotifications,
};

export const notifications = {
  ...sequencedNotifications,
  ...passingNotifications,
  ...userNotifications,
};

export type NotificationName = keyof typeof notifications;
export type NotificationPayload<N extends NotificationName> = z.infer<(typeof notifications)[N]>;
