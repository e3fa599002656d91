import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import type { VideoCodec } from '../../protocol/notifications.ts';
import type { IceParameters, RtpCapabilities, TransportOptions } from '../../protocol/rtp.ts';
import { AppError } from '../core/AppError.ts';
import type { Logger } from '../core/logger.ts';
import { routerCodecs } from './codecs.ts';
import { Fences } from './Fences.ts';
import type { ConsumeResult } from './MediaCommands.ts';
import type {
  Command,
  LinkEnd,
  MediaExecutor,
  NodeMediaEvent,
  ParticipantCommand,
  PipedProducer,
  RouterCommand,
  RouterInventory,
} from './MediaExecutor.ts';
import type {
  MeetingRouter,
  MeetingRouterListener,
  MeetingRouterOptions,
} from './MeetingRouter.ts';
import { NodeMeeting } from './NodeMeeting.ts';
import { WORKER_CAPACITY_PPS } from './packetRates.ts';
import type { ParticipantMedia, ParticipantMediaOptions } from './ParticipantMedia.ts';
import type { PipeOptions } from './RouterLinks.ts';
import { WorkerPool, type MediaWorker, type WorkerPoolOptions } from './WorkerPool.ts';

export interface MediaNodeOptions extends ParticipantMediaOptions {
  workers: WorkerPoolOptions;
  videoCodecs: readonly VideoCodec[];
  /** Where other nodes' links come in; without, none can. */
  pipes?: PipeOptions;
  /** Packets per second that a worker forwards before it is full. */
  workerCapacityPps?: number;
}

interface MediaNodeEvents {
  /** For the owner of the meeting; a meeting's events come in the order in which they happened. */
  event: [owner: string, event: NodeMediaEvent];
}

/** Figures of the node for metrics and health. */
export interface MediaNodeStats {
  workers: { index: number; pid: number; load: number }[];
  workerDeaths: number;
  meetings: number;
  routers: number;
  participants: number;
  producers: number;
  consumers: number;
}

type Payload<N extends NodeMediaEvent['name']> = Extract<NodeMediaEvent, { name: N }>['payload'];

/**
 * Executes media commands on the workers of this machine. Knows meetings and participants by id
 * only; every rule about who may do what, and what is placed where, is the caller's. Media goes on
 * however long no owner is heard of.
 */
export class MediaNode extends EventEmitter<MediaNodeEvents> implements MediaExecutor {
  readonly #options: MeetingRouterOptions;
  readonly #logger: Logger;
  readonly #pool: WorkerPool;
  readonly #capacityPps: number;
  readonly #codecs: types.RouterRtpCodecCapability[];
  readonly #fences: Fences;
  readonly #meetings = new Map<string, NodeMeeting>();
  #closed = false;

  static async create(options: MediaNodeOptions, logger: Logger): Promise<MediaNode> {
    return new MediaNode(options, await WorkerPool.create(options.workers, logger), logger);
  }

  private constructor(options: MediaNodeOptions, pool: WorkerPool, logger: Logger) {
    super();
    this.#options = { ...options, pipes: options.pipes ?? { listen: { ip: '127.0.0.1' } } };
    this.#logger = logger;
    this.#pool = pool;
    this.#capacityPps = options.workerCapacityPps ?? WORKER_CAPACITY_PPS;
    this.#codecs = routerCodecs(options.videoCodecs);
    this.#fences = new Fences(({ meetingId, epoch, owner }) => {
      logger.info({ meetingId, epoch, owner }, 'orders of another owner');
    });
    pool.on('worker-died', (worker) => this.#evacuate(worker));
  }

  /** Closes every meeting's media and the workers. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.removeAllListeners();
    for (const meeting of this.#meetings.values()) meeting.close();
    this.#meetings.clear();
    this.#pool.close();
  }

  get workers(): readonly MediaWorker[] {
    return this.#pool.workers;
  }

  /** Share of each live worker that is in use, 0 to 1 and above. */
  get loads(): { index: number; load: number }[] {
    return this.#pool.workers.map(({ index, load }) => ({ index, load: load / this.#capacityPps }));
  }

  stats(): MediaNodeStats {
    const routers = [...this.#meetings.values()].flatMap((meeting) => meeting.routers);
    const all = routers.flatMap(({ participants }) => [...participants.values()]);
    return {
      workers: this.#pool.workers.map(({ index, pid, load }) => ({ index, pid, load })),
      workerDeaths: this.#pool.deaths,
      meetings: this.#meetings.size,
      routers: routers.length,
      participants: all.length,
      producers: all.reduce((sum, { producers }) => sum + producers.size, 0),
      consumers: all.reduce((sum, { consumers }) => sum + consumers.size, 0),
    };
  }

  /** The worker that has the meeting's first router; undefined when the meeting is not open. */
  workerOf(meetingId: string): MediaWorker | undefined {
    return this.#meetings.get(meetingId)?.routers[0]?.worker;
  }

  /** Meetings about which no order has come for so long, with the epoch of the last. */
  silentMeetings(silenceMs: number): { meetingId: string; epoch: number; owner: string | null }[] {
    return [...this.#meetings.keys()].flatMap((meetingId) => {
      const orders = this.#fences.ownerOf(meetingId);
      const silent = !orders || performance.now() - orders.heardAt > silenceMs;
      const { epoch = 0, owner = null } = orders ?? {};
      return silent ? [{ meetingId, epoch, owner }] : [];
    });
  }

  /** Closes the meetings that nobody wants any more; answers which. */
  closeOrphans(isWanted: (meetingId: string) => boolean): string[] {
    const orphans = [...this.#meetings.keys()].filter((meetingId) => !isWanted(meetingId));
    for (const meetingId of orphans) this.#close(meetingId);
    return orphans;
  }

  /** Closes all media, and tells the owners of the meetings, as if all workers had died. */
  evict(): void {
    for (const [meetingId, meeting] of this.#meetings) {
      const workers = meeting.routers.map(({ worker }) => worker.index);
      this.#close(meetingId);
      for (const worker of workers) this.#tell('routers-lost', worker, { meetingId });
    }
  }

  async openRouter(
    command: Command & { worker: number | null },
  ): Promise<{ worker: number; rtpCapabilities: RtpCapabilities }> {
    this.#fences.admit(command);
    const { meetingId, worker: preferred } = command;
    const meeting = this.#meetings.get(meetingId) ?? this.#begin(meetingId);
    let router: MeetingRouter;
    try {
      router = await meeting.open(preferred);
    } catch (error) {
      if (meeting.isEmpty && this.#meetings.get(meetingId) === meeting) {
        this.#meetings.delete(meetingId);
      }
      throw error;
    }
    const { index } = router.worker;
    if (this.#fences.ownerOf(meetingId)?.epoch !== command.epoch) {
      // The inventory of the next owner may have been made without it.
      if (router.participants.size === 0) meeting.closeRouter(index);
      this.#fences.admit(command);
    }
    this.#logger.info({ meetingId, workerIndex: index }, 'router opened');
    return { worker: index, rtpCapabilities: router.rtpCapabilities };
  }

  async closeRouter(command: RouterCommand): Promise<void> {
    await this.#obey(command);
    const { meetingId, worker } = command;
    const meeting = this.#meetings.get(meetingId);
    meeting?.closeRouter(worker);
    if (meeting?.isEmpty) this.#close(meetingId);
  }

  async closeMeeting(command: Command): Promise<void> {
    await this.#obey(command);
    this.#close(command.meetingId);
  }

  async inventory(command: Command): Promise<{ routers: RouterInventory[] }> {
    await this.#obey(command);
    return { routers: this.#meetings.get(command.meetingId)?.describe() ?? [] };
  }

  async closeParticipant(command: ParticipantCommand): Promise<void> {
    await this.#obey(command);
    this.#meetings
      .get(command.meetingId)
      ?.find(command.worker)
      ?.closeParticipant(command.participantId);
  }

  async createTransport(
    command: Parameters<MediaExecutor['createTransport']>[0],
  ): Promise<TransportOptions> {
    const router = this.#router(command);
    const { request, moveId } = command;
    if (request.direction === 'recv') router.warmProducers();
    return router.participant(command.participantId).createTransport(request, moveId);
  }

  async openFeed(
    command: Parameters<MediaExecutor['openFeed']>[0],
  ): Promise<{ transportId: string }> {
    const router = this.#router(command);
    router.warmProducers();
    return router.participant(command.participantId).openFeed(command.request);
  }

  async requestKeyFrames(command: Parameters<MediaExecutor['requestKeyFrames']>[0]): Promise<void> {
    await this.#media(command).requestKeyFrames(command.consumerIds);
  }

  async connectTransport(command: Parameters<MediaExecutor['connectTransport']>[0]): Promise<void> {
    await this.#media(command).connectTransport(command.transportId, command.dtlsParameters);
  }

  async restartIce(command: Parameters<MediaExecutor['restartIce']>[0]): Promise<IceParameters> {
    return this.#media(command).restartIce(command.transportId);
  }

  async produce(
    command: Parameters<MediaExecutor['produce']>[0],
  ): ReturnType<MediaExecutor['produce']> {
    return this.#media(command).produce(command.request, command.keyFrameIntervalMs);
  }

  async setProducerPaused(
    command: Parameters<MediaExecutor['setProducerPaused']>[0],
  ): Promise<void> {
    await this.#media(command).setProducerPaused(command.producerId, command.paused);
  }

  async closeProducer(command: Parameters<MediaExecutor['closeProducer']>[0]): Promise<void> {
    await this.#media(command).closeProducer(command.producerId);
  }

  async consume(command: Parameters<MediaExecutor['consume']>[0]): Promise<ConsumeResult> {
    return this.#media(command).consume(command.transportId, command.producerIds);
  }

  async resumeConsumers(
    command: Parameters<MediaExecutor['resumeConsumers']>[0],
  ): Promise<{ resumed: string[]; gone: string[] }> {
    return this.#media(command).resumeConsumers(command.consumerIds);
  }

  async updateViews(command: Parameters<MediaExecutor['updateViews']>[0]): Promise<void> {
    await this.#media(command).updateViews(command.views);
  }

  async warmProducers(command: RouterCommand): Promise<void> {
    await this.#obey(command);
    this.#meetings.get(command.meetingId)?.find(command.worker)?.warmProducers();
  }

  async openLink(command: Parameters<MediaExecutor['openLink']>[0]): Promise<LinkEnd> {
    return this.#router(command).links.open(command.linkId, command.peer, command.secure);
  }

  async connectLink(command: Parameters<MediaExecutor['connectLink']>[0]): Promise<void> {
    await this.#router(command).links.connect(command.linkId, command.remote);
  }

  async closeLink(command: Parameters<MediaExecutor['closeLink']>[0]): Promise<void> {
    await this.#obey(command);
    this.#meetings.get(command.meetingId)?.find(command.worker)?.links.close(command.linkId);
  }

  async pipeOut(
    command: Parameters<MediaExecutor['pipeOut']>[0],
  ): Promise<{ piped: PipedProducer[] }> {
    const { linkId, producerIds } = command;
    return { piped: await this.#router(command).links.pipeOut(linkId, producerIds) };
  }

  async pipeIn(
    command: Parameters<MediaExecutor['pipeIn']>[0],
  ): Promise<{ producerIds: string[] }> {
    const { linkId, producers } = command;
    return { producerIds: await this.#router(command).links.pipeIn(linkId, producers) };
  }

  async unpipe(command: Parameters<MediaExecutor['unpipe']>[0]): Promise<void> {
    await this.#obey(command);
    const { meetingId, worker, linkId, producerIds } = command;
    this.#meetings.get(meetingId)?.find(worker)?.links.unpipe(linkId, producerIds);
  }

  async setPipedPaused(command: Parameters<MediaExecutor['setPipedPaused']>[0]): Promise<void> {
    await this.#router(command).links.setPaused(command.producerId, command.paused);
  }

  /** For what closes at once: the fence, and an answer that comes later, as that of any command. */
  #obey(command: Command): Promise<void> {
    return new Promise((resolve) => {
      this.#fences.admit(command);
      resolve();
    });
  }

  #router(command: RouterCommand): MeetingRouter {
    this.#fences.admit(command);
    const meeting = this.#meetings.get(command.meetingId);
    if (!meeting)
      throw new AppError('INVALID_STATE', { message: 'This meeting has no media now.' });
    return meeting.router(command.worker);
  }

  #media(command: ParticipantCommand): ParticipantMedia {
    const media = this.#router(command).participants.get(command.participantId);
    if (!media) throw new AppError('INVALID_STATE', { message: 'There is no transport yet.' });
    return media;
  }

  #begin(meetingId: string): NodeMeeting {
    const meeting = new NodeMeeting({
      pool: this.#pool,
      codecs: this.#codecs,
      options: this.#options,
      listener: (worker) => this.#listener(meetingId, worker),
    });
    this.#meetings.set(meetingId, meeting);
    return meeting;
  }

  #close(meetingId: string): void {
    const meeting = this.#meetings.get(meetingId);
    if (!meeting) return;
    this.#meetings.delete(meetingId);
    meeting.close();
    this.#logger.info({ meetingId }, 'routers closed');
  }

  /** Tells the owners of the meetings of a dead worker: what becomes of them is for them to say. */
  #evacuate(dead: MediaWorker): void {
    for (const [meetingId, meeting] of this.#meetings) {
      if (!meeting.evacuate(dead)) continue;
      if (meeting.isEmpty) this.#meetings.delete(meetingId);
      this.#tell('routers-lost', dead.index, { meetingId });
    }
  }

  #tell<N extends NodeMediaEvent['name']>(name: N, worker: number, payload: Payload<N>): void {
    const latest = this.#fences.ownerOf(payload.meetingId);
    if (!latest) return;
    // The compiler does not see that a name and its payload are one of the union.
    const event = { name, epoch: latest.epoch, worker, payload } as NodeMediaEvent;
    this.emit('event', latest.owner, event);
  }

  #listener(meetingId: string, worker: number): MeetingRouterListener {
    return {
      onProducerClosed: (participantId, producerId) =>
        this.#tell('producer-closed', worker, { meetingId, participantId, producerId }),
      onLayersWanted: (participantId, producerId, maxSpatialLayer) =>
        this.#tell('layers-wanted', worker, {
          meetingId,
          participantId,
          producerId,
          maxSpatialLayer,
        }),
      onConsumerLayers: (participantId, consumerId, layers) =>
        this.#tell('consumer-layers', worker, {
          meetingId,
          participantId,
          consumerId,
          spatialLayer: layers?.spatialLayer ?? null,
          temporalLayer: layers?.temporalLayer ?? null,
        }),
      onConsumersStale: (participantId, consumerIds) =>
        this.#tell('consumers-stale', worker, { meetingId, participantId, consumerIds }),
      onActiveSpeaker: (participantId) =>
        this.#tell('active-speaker', worker, { meetingId, participantId }),
      onAudioLevels: (levels) => this.#tell('audio-levels', worker, { meetingId, levels }),
      onQualities: (qualities) => this.#tell('qualities', worker, { meetingId, qualities }),
    };
  }
}
