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
 * What a meeting may ask of the media layer. Everything that crosses is plain data and every answer
 * is asynchronous, so that the executor can be this process or another node.
 *
 * Commands throw AppError: INVALID_STATE (meeting not open, object closed meanwhile, wrong direction),
 * INVALID_PAYLOAD (mediasoup refuses the parameters), CONFLICT (an SSRC, MID or RID is taken on the
 * transport), NO_CAPACITY (no live worker).
 */
export interface MediaCommands {
  /** Opens a router for the meeting on the least loaded worker; answers the existing one if it is open. */
  openMeeting(meetingId: string): Promise<{ rtpCapabilities: RtpCapabilities }>;
  /** Closes the router and everything in it. Unknown meetings are fine. */
  closeMeeting(meetingId: string): Promise<void>;
  /** Closes all transports of the participant and everything in them. */
  closeParticipant(of: ParticipantKey): Promise<void>;
  /** Replaces the participant's transport of that direction, if there is one. */
  createTransport(of: ParticipantKey, request: TransportRequest): Promise<TransportOptions>;
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
}

export interface ParticipantKey {
  meetingId: string;
  participantId: string;
}

export type TransportRequest =
  { direction: 'send' } | { direction: 'recv'; rtpCapabilities: RtpCapabilities };

export interface ProduceRequest {
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
   * The worker is gone and with it every transport, producer and consumer of the meeting; a new
   * router stands ready. Emitted before any command on the new router can succeed.
   */
  'meeting-reset': [{ meetingId: string; rtpCapabilities: RtpCapabilities }];
  /** A producer closed without a command: its transport went away. */
  'producer-closed': [{ meetingId: string; participantId: string; producerId: string }];
  /** Consumers that the client never resumed were closed. */
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
