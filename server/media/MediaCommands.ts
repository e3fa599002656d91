import type { EventEmitter } from 'node:events';
import type { MediaKind, Source } from '../../protocol/meetings.ts';
import type {
  DtlsParameters,
  IceParameters,
  RtpCapabilities,
  RtpParameters,
  TransportOptions,
} from '../../protocol/rtp.ts';

/**
 * What a meeting may ask of the media layer, wherever its participants' media is placed. Everything
 * that crosses is plain data and every answer is asynchronous, so that it can be this process or others.
 *
 * Commands throw AppError: INVALID_STATE (meeting not open, object closed meanwhile, wrong direction),
 * INVALID_PAYLOAD (mediasoup refuses the parameters), CONFLICT (an SSRC, MID or RID is taken on the
 * transport), NO_CAPACITY (no worker has room, or its node cannot be reached now). StaleEpochError:
 * somebody else owns the meeting by now.
 */
export interface MediaCommands {
  /** Opens the meeting with a router where there is room; answers what it has if it is open at this epoch. */
  openMeeting(meetingId: string, epoch: number): Promise<{ rtpCapabilities: RtpCapabilities }>;
  /** Takes the meeting over from an owner before, with all that exists of its media; opens it if nothing does. */
  adoptMeeting(meetingId: string, epoch: number): Promise<AdoptedMedia>;
  /** Another owner has it, or is about to: it is forgotten here, and all of its media goes on. */
  releaseMeeting(meetingId: string): void;
  /** Closes its routers and everything in them. Unknown meetings are fine. */
  closeMeeting(meetingId: string): Promise<void>;
  /** Closes all transports of the participant and everything in them. */
  closeParticipant(of: ParticipantKey): Promise<void>;
  /** Replaces the participant's transport of that direction, if there is one. */
  createTransport(
    of: ParticipantKey,
    request: TransportRequest,
    /** Of the move that it is for: it does not replace the one that is used until then. */
    moveId?: number,
  ): Promise<TransportOptions>;
  /**
   * Has a program on one node get what is sent in the meeting, by plain RTP: `consume` and what belongs to it take
   * the transport as one that receives. It stays on that node, whatever moves.
   */
  openFeed(of: ParticipantKey, request: FeedRequest): Promise<{ transportId: string }>;
  /** Asks the publishers of these consumers for key frames. Those that are gone are left out. */
  requestKeyFrames(of: ParticipantKey, consumerIds: readonly string[]): Promise<void>;
  connectTransport(
    of: ParticipantKey,
    transportId: string,
    dtlsParameters: DtlsParameters,
  ): Promise<void>;
  restartIce(of: ParticipantKey, transportId: string): Promise<IceParameters>;
  produce(of: ParticipantKey, request: ProduceRequest): Promise<{ producerId: string }>;
  setProducerPaused(of: ParticipantKey, producerId: string, paused: boolean): Promise<void>;
  closeProducer(of: ParticipantKey, producerId: string): Promise<void>;
  consume(
    of: ParticipantKey,
    transportId: string,
    producerIds: readonly string[],
  ): Promise<ConsumeResult>;
  resumeConsumers(
    of: ParticipantKey,
    consumerIds: readonly string[],
  ): Promise<{ resumed: string[]; gone: string[] }>;
  updateViews(of: ParticipantKey, views: readonly ViewRequest[]): Promise<void>;
  /**
   * Ends a move: with `moved` all that the participant had before is closed, otherwise all that was
   * made for the move. Refused with INVALID_STATE when it has ended otherwise.
   */
  finishMove(of: ParticipantKey, moveId: number, moved: boolean): Promise<void>;
}

/** What was found of a meeting's media when it was taken over. */
export interface AdoptedMedia {
  rtpCapabilities: RtpCapabilities;
  participants: AdoptedParticipant[];
}

/** What was found of a participant's media when their meeting was taken over. */
export interface AdoptedParticipant {
  participantId: string;
  producers: {
    producerId: string;
    requestId: string | null;
    kind: MediaKind;
    source: Source;
    paused: boolean;
  }[];
}

export interface ParticipantKey {
  meetingId: string;
  participantId: string;
}

export type TransportRequest =
  | { direction: 'send' }
  | { direction: 'recv'; rtpCapabilities: RtpCapabilities };

/** Where RTP goes, with RTCP to the same port. Only within one machine: it is not encrypted. */
export interface FeedAddress {
  ip: string;
  port: number;
}

export interface FeedRequest extends FeedAddress {
  nodeId: string;
  rtpCapabilities: RtpCapabilities;
}

export interface ProduceRequest {
  /** The same again answers the same producer, for as long as it is there. Owners of an earlier version send none. */
  requestId?: string;
  transportId: string;
  kind: MediaKind;
  source: Source;
  rtpParameters: RtpParameters;
  paused: boolean;
  /** Size of the captured picture in pixels; null for audio. */
  size: PictureSize | null;
}

export interface PictureSize {
  width: number;
  height: number;
}

/** What a client shows of a producer, in physical pixels; 0 × 0 means not at all. */
export interface ViewRequest extends PictureSize {
  producerId: string;
}

export interface ConsumerDescription {
  id: string;
  producerId: string;
  participantId: string;
  kind: MediaKind;
  source: Source;
  type: 'simple' | 'simulcast' | 'svc';
  rtpParameters: RtpParameters;
  producerPaused: boolean;
}

export interface ConsumeResult {
  consumers: ConsumerDescription[];
  refused: { producerId: string; reason: 'gone' | 'cannot-consume' | 'own' }[];
}

/** 0 (lost) to 4 (excellent). */
export type Quality = 0 | 1 | 2 | 3 | 4;

export interface ParticipantQuality {
  participantId: string;
  quality: Quality;
  direction: 'up' | 'down' | 'both';
}

/** Facts from the media layer; all plain data, each with its meeting's id. */
export interface MediaEvents {
  /**
   * A worker or node is gone and with it all media of those participants; there is room for it
   * elsewhere. Emitted before any command of theirs can succeed again.
   */
  'meeting-reset': [
    { meetingId: string; participantIds: string[]; rtpCapabilities: RtpCapabilities },
  ];
  /** The participant is to build their media anew beside what they have, for another router. */
  'participant-moving': [
    { meetingId: string; participantId: string; moveId: number; rtpCapabilities: RtpCapabilities },
  ];
  /** Somebody with a higher epoch owns the meeting: the caller has lost it. */
  stale: [{ meetingId: string; epoch: number }];
  /** A producer closed without a command: its transport went away, or its publisher has moved. */
  'producer-closed': [{ meetingId: string; participantId: string; producerId: string }];
  /** Consumers were closed that the client never resumed, or that what they came from has failed. */
  'consumers-stale': [{ meetingId: string; participantId: string; consumerIds: string[] }];
  'consumer-layers': [
    {
      meetingId: string;
      participantId: string;
      consumerId: string;
      spatialLayer: number | null;
      temporalLayer: number | null;
    },
  ];
  /** The highest layer of a producer that anybody receives; −1: nobody receives any. */
  'layers-wanted': [
    { meetingId: string; participantId: string; producerId: string; maxSpatialLayer: number },
  ];
  'active-speaker': [{ meetingId: string; participantId: string | null }];
  /** Loudest first, in dBov. */
  'audio-levels': [{ meetingId: string; levels: { participantId: string; volume: number }[] }];
  /** Only those that changed. */
  qualities: [{ meetingId: string; qualities: ParticipantQuality[] }];
}

export type MediaEventSource = Pick<EventEmitter<MediaEvents>, 'on' | 'off'>;
