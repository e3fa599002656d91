import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import type { VideoCodec } from '../../protocol/notifications.ts';
import type {
  DtlsParameters,
  IceParameters,
  RtpCapabilities,
  TransportOptions,
} from '../../protocol/rtp.ts';
import { AppError } from '../core/AppError.ts';
import type { Logger } from '../core/logger.ts';
import { routerCodecs } from './codecs.ts';
import type {
  ConsumeResult,
  MediaCommands,
  MediaEvents,
  ParticipantKey,
  ProduceRequest,
  TransportRequest,
  ViewRequest,
} from './MediaCommands.ts';
import { MeetingRouter } from './MeetingRouter.ts';
import type { ParticipantMedia, ParticipantMediaOptions } from './ParticipantMedia.ts';
import { WorkerPool, type MediaWorker, type WorkerPoolOptions } from './WorkerPool.ts';

export interface MediaNodeOptions extends ParticipantMediaOptions {
  workers: WorkerPoolOptions;
  videoCodecs: readonly VideoCodec[];
}

/** How long a meeting waits for a worker when none is alive. */
const WORKER_TIMEOUT_MS = 10_000;
/**
 * In a meeting that is built anew, everybody begins to send and to watch at once. libwebrtc drops
 * requests for a key frame within 300 ms of the one before, and mediasoup asks again after a second:
 * so those are kept until they count.
 */
const KEY_FRAME_INTERVAL_MS = 320;

/** Figures of the node for metrics and health. */
export interface MediaNodeStats {
  workers: { index: number; pid: number; load: number }[];
  workerDeaths: number;
  meetings: number;
  participants: number;
  producers: number;
  consumers: number;
}

/**
 * Executes media commands on the workers of this machine. Knows meetings and participants by id
 * only; every rule about who may do what is the caller's.
 */
export class MediaNode extends EventEmitter<MediaEvents> implements MediaCommands {
  readonly #options: MediaNodeOptions;
  readonly #logger: Logger;
  readonly #pool: WorkerPool;
  readonly #codecs: types.RouterRtpCodecCapability[];
  /** A promise from the moment of the decision, so that two callers never open two routers. */
  readonly #opening = new Map<string, Promise<MeetingRouter>>();
  readonly #meetings = new Map<string, MeetingRouter>();
  #closed = false;

  static async create(options: MediaNodeOptions, logger: Logger): Promise<MediaNode> {
    return new MediaNode(options, await WorkerPool.create(options.workers, logger), logger);
  }

  private constructor(options: MediaNodeOptions, pool: WorkerPool, logger: Logger) {
    super();
    this.#options = options;
    this.#logger = logger;
    this.#pool = pool;
    this.#codecs = routerCodecs(options.videoCodecs);
    pool.on('worker-died', (worker) => this.#evacuate(worker));
  }

  /** Closes every meeting's media and the workers. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.removeAllListeners();
    for (const meeting of this.#meetings.values()) meeting.close();
    this.#meetings.clear();
    this.#opening.clear();
    this.#pool.close();
  }

  get workers(): readonly MediaWorker[] {
    return this.#pool.workers;
  }

  stats(): MediaNodeStats {
    const all = [...this.#meetings.values()].flatMap((meeting) => [
      ...meeting.participants.values(),
    ]);
    return {
      workers: this.#pool.workers.map(({ index, pid, load }) => ({ index, pid, load })),
      workerDeaths: this.#pool.deaths,
      meetings: this.#meetings.size,
      participants: all.length,
      producers: all.reduce((sum, { producers }) => sum + producers.size, 0),
      consumers: all.reduce((sum, { consumers }) => sum + consumers.size, 0),
    };
  }

  /** The worker that has the meeting's router; undefined when the meeting is not open. */
  workerOf(meetingId: string): MediaWorker | undefined {
    return this.#meetings.get(meetingId)?.worker;
  }

  async openMeeting(meetingId: string): Promise<{ rtpCapabilities: RtpCapabilities }> {
    const opening = this.#opening.get(meetingId) ?? this.#open(meetingId);
    return { rtpCapabilities: (await opening).rtpCapabilities };
  }

  closeMeeting(meetingId: string): Promise<void> {
    const opening = this.#opening.get(meetingId);
    this.#opening.delete(meetingId);
    const isOpen = this.#meetings.delete(meetingId);
    if (!opening) return Promise.resolve();
    const closed = opening.then(
      (meeting) => {
        meeting.close();
        this.#logger.info({ meetingId, workerIndex: meeting.worker.index }, 'router closed');
      },
      () => undefined,
    );
    // One that is still waiting for a worker closes when it gets it: nobody needs to wait for that.
    return isOpen ? closed : Promise.resolve();
  }

  async closeParticipant({ meetingId, participantId }: ParticipantKey): Promise<void> {
    await Promise.resolve();
    this.#meetings.get(meetingId)?.closeParticipant(participantId);
  }

  async createTransport(of: ParticipantKey, request: TransportRequest): Promise<TransportOptions> {
    const meeting = this.#meeting(of.meetingId);
    if (request.direction === 'recv') meeting.warmProducers();
    return meeting.participant(of.participantId).createTransport(request);
  }

  async connectTransport(
    of: ParticipantKey,
    transportId: string,
    dtlsParameters: DtlsParameters,
  ): Promise<void> {
    await this.#media(of).connectTransport(transportId, dtlsParameters);
  }

  async restartIce(of: ParticipantKey, transportId: string): Promise<IceParameters> {
    return this.#media(of).restartIce(transportId);
  }

  async produce(of: ParticipantKey, request: ProduceRequest): Promise<{ producerId: string }> {
    return this.#media(of).produce(request);
  }

  async setProducerPaused(of: ParticipantKey, producerId: string, paused: boolean): Promise<void> {
    await this.#media(of).setProducerPaused(producerId, paused);
  }

  async closeProducer(of: ParticipantKey, producerId: string): Promise<void> {
    await this.#media(of).closeProducer(producerId);
  }

  async consume(
    of: ParticipantKey,
    transportId: string,
    producerIds: readonly string[],
  ): Promise<ConsumeResult> {
    return this.#media(of).consume(transportId, producerIds);
  }

  async resumeConsumers(
    of: ParticipantKey,
    consumerIds: readonly string[],
  ): Promise<{ resumed: string[]; gone: string[] }> {
    return this.#media(of).resumeConsumers(consumerIds);
  }

  async updateViews(of: ParticipantKey, views: readonly ViewRequest[]): Promise<void> {
    await this.#media(of).updateViews(views);
  }

  #meeting(meetingId: string): MeetingRouter {
    const meeting = this.#meetings.get(meetingId);
    if (!meeting)
      throw new AppError('INVALID_STATE', { message: 'This meeting has no media now.' });
    return meeting;
  }

  #media({ meetingId, participantId }: ParticipantKey): ParticipantMedia {
    const media = this.#meeting(meetingId).participants.get(participantId);
    if (!media) throw new AppError('INVALID_STATE', { message: 'There is no transport yet.' });
    return media;
  }

  #open(meetingId: string, opening = this.#createRouter(meetingId)): Promise<MeetingRouter> {
    this.#opening.set(meetingId, opening);
    opening.then(
      (meeting) => {
        // Closed while it was being opened: closeMeeting waits for it and closes it.
        if (this.#opening.get(meetingId) !== opening) return;
        this.#meetings.set(meetingId, meeting);
        this.#logger.info({ meetingId, workerIndex: meeting.worker.index }, 'router opened');
      },
      () => {
        if (this.#opening.get(meetingId) === opening) this.#opening.delete(meetingId);
      },
    );
    return opening;
  }

  async #createRouter(meetingId: string, options = this.#options): Promise<MeetingRouter> {
    for (;;) {
      const worker = await this.#pool.waitForWorker(WORKER_TIMEOUT_MS);
      try {
        return await MeetingRouter.create(worker, this.#codecs, options, this.#listener(meetingId));
      } catch (error) {
        // The worker died under the call: another one will take the meeting.
        if (!worker.worker.closed || this.#closed) throw error;
      }
    }
  }

  /** As often as it takes: people are waiting in the meeting, and a worker will be back. */
  async #recreateRouter(meetingId: string): Promise<MeetingRouter> {
    for (;;) {
      try {
        return await this.#createRouter(meetingId, {
          ...this.#options,
          keyFrameIntervalMs: KEY_FRAME_INTERVAL_MS,
        });
      } catch (error) {
        if (this.#closed || !this.#opening.has(meetingId)) throw error;
        this.#logger.error({ meetingId, err: error }, 'no worker can take the meeting over yet');
      }
    }
  }

  /** Gives every meeting of a dead worker a router on another, and tells its owner. */
  #evacuate(dead: MediaWorker): void {
    for (const [meetingId, meeting] of this.#meetings) {
      if (meeting.worker !== dead) continue;
      this.#meetings.delete(meetingId);
      meeting.close();
      const reopening = this.#open(meetingId, this.#recreateRouter(meetingId));
      reopening.then(
        ({ rtpCapabilities }) => {
          if (this.#opening.get(meetingId) !== reopening) return;
          this.emit('meeting-reset', { meetingId, rtpCapabilities });
        },
        () => undefined,
      );
    }
  }

  #listener(meetingId: string): Parameters<typeof MeetingRouter.create>[3] {
    return {
      onProducerClosed: (participantId, producerId) =>
        void this.emit('producer-closed', { meetingId, participantId, producerId }),
      onLayersWanted: (participantId, producerId, maxSpatialLayer) =>
        void this.emit('layers-wanted', { meetingId, participantId, producerId, maxSpatialLayer }),
      onConsumerLayers: (participantId, consumerId, layers) =>
        void this.emit('consumer-layers', {
          meetingId,
          participantId,
          consumerId,
          spatialLayer: layers?.spatialLayer ?? null,
          temporalLayer: layers?.temporalLayer ?? null,
        }),
      onConsumersStale: (participantId, consumerIds) =>
        void this.emit('consumers-stale', { meetingId, participantId, consumerIds }),
      onActiveSpeaker: (participantId) =>
        void this.emit('active-speaker', { meetingId, participantId }),
      onAudioLevels: (levels) => void this.emit('audio-levels', { meetingId, levels }),
      onQualities: (qualities) => void this.emit('qualities', { meetingId, qualities }),
    };
  }
}
