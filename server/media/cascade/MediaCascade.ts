import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  DtlsParameters,
  IceParameters,
  RtpCapabilities,
  TransportOptions,
} from '../../../protocol/rtp.ts';
import { AppError } from '../../core/AppError.ts';
import type { Logger } from '../../core/logger.ts';
import { StaleEpochError } from '../../core/StaleEpochError.ts';
import type {
  AdoptedParticipant,
  ConsumeResult,
  FeedRequest,
  MediaCommands,
  MediaEvents,
  ParticipantKey,
  ProduceRequest,
  TransportRequest,
  ViewRequest,
} from '../MediaCommands.ts';
import type { NodeMediaEvent } from '../MediaExecutor.ts';
import { WORKER_CAPACITY_PPS } from '../packetRates.ts';
import { Drain } from './Drain.ts';
import type { MediaNodes } from './MediaNodes.ts';
import { MeetingCascade } from './MeetingCascade.ts';
import { MOVE_TIMEOUT_MS } from './MeetingMoves.ts';
import { Orders } from './Orders.ts';
import { place, type Placement } from './placement.ts';
import { Placer } from './Placer.ts';
import { readInventories } from './readInventories.ts';

export interface MediaCascadeOptions {
  nodes: MediaNodes;
  /** Instance that owns the meetings opened here. */
  owner: string;
  logger: Logger;
  /** Nodes of this region are preferred. */
  region?: string | null;
  /** How long a pipe stays that nobody needs any more; 10 s. */
  pipeIdleMs?: number;
  /** Packets per second that a worker forwards before it is full. */
  workerCapacityPps?: number;
  /** Share of the cluster's moves that this owner makes as of now, above 0 to 1; all of them. */
  shareOfMoves?: () => number;
  /** How long somebody may take to move; 30 s. */
  moveTimeoutMs?: number;
  placement?: Placement;
  /** 0 to 1, exclusive. */
  random?: () => number;
  /** Milliseconds of a clock that does not go back. */
  now?: () => number;
}

/** Where a meeting's media is. */
export interface MeetingPlacement {
  routers: { nodeId: string; worker: number; participants: number }[];
  /** Pairs of routers that are linked. */
  links: number;
}

interface Owned {
  epoch: number;
  orders: Orders;
  cascade: MeetingCascade;
  /** While it is taken over. */
  adoption: Adoption | null;
}

/** What happens before it is known what there is: it counts from then on. */
interface Adoption {
  events: { nodeId: string; event: NodeMediaEvent }[];
  lostNodes: Set<string>;
}

/** People come and go: a pipe that is made anew at every change of the view costs a key frame each time. */
const PIPE_IDLE_MS = 10_000;
/** Participants who begin to move in a second, in the whole cluster: each asks for a dozen things. */
const MOVES_PER_SECOND = 20;
/** A node that is in reach again is asked what it has so often, with a pause in between. */
const COMPARE_TRIES = 5;
const COMPARE_PAUSE_MS = 1_000;

/**
 * The media of the meetings that this process owns, wherever it is: places participants on the
 * workers of all nodes, pipes what they send to where it is consumed, and finds another place when
 * one is lost.
 */
export class MediaCascade extends EventEmitter<MediaEvents> implements MediaCommands {
  readonly #options: MediaCascadeOptions;
  readonly #placer: Placer;
  readonly #drain: Drain;
  readonly #meetings = new Map<string, Owned>();
  readonly #now = (): number => this.#options.now?.() ?? performance.now();
  readonly #onEvent = (nodeId: string, event: NodeMediaEvent): void => this.#handle(nodeId, event);
  readonly #onMarked = (): void => this.#drain.wake();
  readonly #onNodeLost = (nodeId: string): void => this.#lose(nodeId);
  readonly #onNodeBack = (nodeId: string): void => this.#compareAll(nodeId);

  constructor(options: MediaCascadeOptions) {
    super();
    this.#options = options;
    const { nodes, region, workerCapacityPps, placement, random } = options;
    this.#placer = new Placer({
      nodes,
      placement: placement ?? place,
      capacityPps: workerCapacityPps ?? WORKER_CAPACITY_PPS,
      region: region ?? null,
      now: this.#now,
      random: random ?? Math.random,
    });
    this.#drain = new Drain({
      meetings: () => this.#cascades,
      draining: () =>
        new Set(nodes.snapshot().flatMap(({ nodeId, draining }) => (draining ? [nodeId] : []))),
      movesPerSecond: () => MOVES_PER_SECOND * (options.shareOfMoves?.() ?? 1),
    });
    nodes.on('event', this.#onEvent);
    nodes.on('node-lost', this.#onNodeLost);
    nodes.on('node-back', this.#onNodeBack);
    nodes.on('node-marked', this.#onMarked);
    this.#drain.wake();
  }

  /** Lets go of all meetings; their media goes on until somebody closes it. Idempotent. */
  close(): void {
    const { nodes } = this.#options;
    nodes.off('event', this.#onEvent);
    nodes.off('node-lost', this.#onNodeLost);
    nodes.off('node-back', this.#onNodeBack);
    nodes.off('node-marked', this.#onMarked);
    this.#drain.close();
    for (const { cascade } of this.#meetings.values()) cascade.abandon();
    this.#meetings.clear();
    this.removeAllListeners();
  }

  /** Where a meeting's media is; null when it is not open here. */
  placementOf(meetingId: string): MeetingPlacement | null {
    const cascade = this.#meetings.get(meetingId)?.cascade;
    return cascade ? { routers: cascade.placement, links: cascade.links.length } : null;
  }

  /** Which of a meeting's routers are linked, and how many producers cross; none when it is not open here. */
  linksOf(meetingId: string): MeetingCascade['links'] {
    return this.#meetings.get(meetingId)?.cascade.links ?? [];
  }

  async openMeeting(
    meetingId: string,
    epoch: number,
  ): Promise<{ rtpCapabilities: RtpCapabilities }> {
    const known = this.#meetings.get(meetingId);
    const owned = known?.epoch === epoch ? known : this.#own(meetingId, epoch);
    const isNew = owned.cascade.routers.length === 0;
    const opened = await owned.cascade.open();
    if (isNew) {
      const [first] = owned.cascade.placement;
      this.#options.logger.info({ meetingId, ...first }, 'meeting placed');
    }
    return opened;
  }

  async adoptMeeting(
    meetingId: string,
    epoch: number,
  ): Promise<{ rtpCapabilities: RtpCapabilities; participants: AdoptedParticipant[] }> {
    const { nodes, logger } = this.#options;
    const adoption: Adoption = { events: [], lostNodes: new Set() };
    const { cascade, orders } = this.#own(meetingId, epoch, adoption);
    const inventories = await Promise.all(
      nodes.snapshot().map(async ({ nodeId }) => {
        try {
          const { routers } = await orders.give(nodeId, 'inventory', {});
          return [{ nodeId, routers }];
        } catch (error) {
          if (error instanceof StaleEpochError) throw error;
          // What it has is lost to this meeting, as if the node were.
          orders.noteLost(nodeId);
          logger.warn({ meetingId, nodeId, err: error }, 'node gives no inventory');
          return [];
        }
      }),
    );
    const owned = this.#meetings.get(meetingId);
    if (owned?.cascade !== cascade) throw new AppError('INVALID_STATE');
    const participants = cascade.adopt(readInventories(inventories.flat()));
    owned.adoption = null;
    for (const { nodeId, event } of adoption.events) cascade.handle(nodeId, event);
    for (const nodeId of adoption.lostNodes) loseNode(cascade, nodeId);
    logger.info({ meetingId, epoch, participants: participants.length }, 'meeting adopted');
    const { rtpCapabilities } = await cascade.open();
    return { rtpCapabilities, participants };
  }

  releaseMeeting(meetingId: string): void {
    this.#meetings.get(meetingId)?.cascade.abandon();
    this.#meetings.delete(meetingId);
  }

  async closeMeeting(meetingId: string): Promise<void> {
    const owned = this.#meetings.get(meetingId);
    this.#meetings.delete(meetingId);
    await owned?.cascade.close();
  }

  async closeParticipant({ meetingId, participantId }: ParticipantKey): Promise<void> {
    await this.#meetings.get(meetingId)?.cascade.closeParticipant(participantId);
  }

  async createTransport(
    of: ParticipantKey,
    request: TransportRequest,
    moveId?: number,
  ): Promise<TransportOptions> {
    return this.#cascade(of).newTransports.create(of.participantId, request, moveId);
  }

  async openFeed(of: ParticipantKey, request: FeedRequest): Promise<{ transportId: string }> {
    return this.#cascade(of).newTransports.openFeed(of.participantId, request);
  }

  async requestKeyFrames(of: ParticipantKey, consumerIds: readonly string[]): Promise<void> {
    await this.#cascade(of).commands.requestKeyFrames(of.participantId, consumerIds);
  }

  async connectTransport(
    of: ParticipantKey,
    transportId: string,
    dtlsParameters: DtlsParameters,
  ): Promise<void> {
    await this.#cascade(of).commands.connectTransport(
      of.participantId,
      transportId,
      dtlsParameters,
    );
  }

  async restartIce(of: ParticipantKey, transportId: string): Promise<IceParameters> {
    return this.#cascade(of).commands.restartIce(of.participantId, transportId);
  }

  async produce(of: ParticipantKey, request: ProduceRequest): Promise<{ producerId: string }> {
    return this.#cascade(of).commands.produce(of.participantId, request);
  }

  async setProducerPaused(of: ParticipantKey, producerId: string, paused: boolean): Promise<void> {
    await this.#cascade(of).commands.setProducerPaused(of.participantId, producerId, paused);
  }

  async closeProducer(of: ParticipantKey, producerId: string): Promise<void> {
    await this.#cascade(of).commands.closeProducer(of.participantId, producerId);
  }

  async consume(
    of: ParticipantKey,
    transportId: string,
    producerIds: readonly string[],
  ): Promise<ConsumeResult> {
    return this.#cascade(of).commands.consume(of.participantId, transportId, producerIds);
  }

  async resumeConsumers(
    of: ParticipantKey,
    consumerIds: readonly string[],
  ): Promise<{ resumed: string[]; gone: string[] }> {
    return this.#cascade(of).commands.resumeConsumers(of.participantId, consumerIds);
  }

  async updateViews(of: ParticipantKey, views: readonly ViewRequest[]): Promise<void> {
    await this.#cascade(of).commands.updateViews(of.participantId, views);
  }

  async finishMove(of: ParticipantKey, moveId: number, moved: boolean): Promise<void> {
    await this.#cascade(of).finishMove(of.participantId, moveId, moved);
  }

  /** Those of the meetings that are open here. */
  get #cascades(): Map<string, MeetingCascade> {
    return new Map([...this.#meetings].map(([id, { cascade }]) => [id, cascade]));
  }

  #cascade({ meetingId }: ParticipantKey): MeetingCascade {
    const owned = this.#meetings.get(meetingId);
    if (!owned) throw new AppError('INVALID_STATE', { message: 'This meeting has no media now.' });
    return owned.cascade;
  }

  /** @throws StaleEpochError when it is owned here at a higher epoch */
  #own(meetingId: string, epoch: number, adoption: Adoption | null = null): Owned {
    const before = this.#meetings.get(meetingId);
    if (before && before.epoch > epoch) throw new StaleEpochError(meetingId, epoch);
    before?.cascade.abandon();
    const { nodes, owner, pipeIdleMs, moveTimeoutMs } = this.#options;
    const onStale = (): void => this.#stepDown(meetingId, epoch);
    const orders = new Orders(nodes, { meetingId, epoch, owner }, onStale);
    const cascade = new MeetingCascade({
      meetingId,
      orders,
      placer: this.#placer,
      pipeIdleMs: pipeIdleMs ?? PIPE_IDLE_MS,
      moveTimeoutMs: moveTimeoutMs ?? MOVE_TIMEOUT_MS,
      now: this.#now,
      logger: this.#options.logger,
      emit: (name, payload) => this.#emit(name, payload),
    });
    const owned = { epoch, orders, cascade, adoption };
    this.#meetings.set(meetingId, owned);
    return owned;
  }

  #stepDown(meetingId: string, epoch: number): void {
    const owned = this.#meetings.get(meetingId);
    if (owned?.epoch !== epoch) return;
    this.#meetings.delete(meetingId);
    owned.cascade.abandon();
    this.#options.logger.warn({ meetingId, epoch }, 'meeting has another owner');
    this.emit('stale', { meetingId, epoch });
  }

  #handle(nodeId: string, event: NodeMediaEvent): void {
    const owned = this.#meetings.get(event.payload.meetingId);
    if (owned?.epoch !== event.epoch) return;
    if (owned.adoption) owned.adoption.events.push({ nodeId, event });
    else owned.cascade.handle(nodeId, event);
  }

  #compareAll(nodeId: string): void {
    for (const [meetingId, { cascade, orders }] of this.#meetings) {
      const isConcerned = cascade.routers.some((router) => router.nodeId === nodeId);
      if (isConcerned || orders.hasLost(nodeId)) void this.#compare(meetingId, cascade, nodeId);
    }
  }

  async #compare(meetingId: string, cascade: MeetingCascade, nodeId: string): Promise<void> {
    for (let tries = 1; this.#meetings.get(meetingId)?.cascade === cascade; tries++) {
      try {
        await cascade.compare(nodeId);
        return;
      } catch (error) {
        // It is slow, or out of reach again, and will be back or be lost.
        this.#options.logger.warn({ meetingId, nodeId, tries, err: error }, 'no inventory');
        if (tries === COMPARE_TRIES) return;
      }
      await sleep(COMPARE_PAUSE_MS, undefined, { ref: false });
    }
  }

  #lose(nodeId: string): void {
    for (const { adoption, cascade, orders } of this.#meetings.values()) {
      // One that was thought dead still has what was placed there.
      const isConcerned = cascade.routers.some((router) => router.nodeId === nodeId);
      if (adoption || isConcerned) orders.noteLost(nodeId);
      if (adoption) adoption.lostNodes.add(nodeId);
      else loseNode(cascade, nodeId);
    }
  }

  #emit<N extends keyof MediaEvents>(name: N, payload: MediaEvents[N][0]): void {
    // The compiler cannot see that the tuple of N is N's tuple.
    (this as EventEmitter).emit(name, payload);
  }
}

function loseNode(cascade: MeetingCascade, nodeId: string): void {
  const lost = cascade.routers.filter((router) => router.nodeId === nodeId);
  if (lost.length > 0) cascade.lose(lost);
}
