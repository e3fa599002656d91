import type { RtpCapabilities } from '../../../protocol/rtp.ts';
import { AppError } from '../../core/AppError.ts';
import type { Logger } from '../../core/logger.ts';
import type { AdoptedParticipant, MediaEvents } from '../MediaCommands.ts';
import type { NodeMediaEvent, RouterFact, RouterRef } from '../MediaExecutor.ts';
import { ROUTER_PPS } from '../packetRates.ts';
import { closeStray } from './closeStray.ts';
import { compareWith } from './compareWith.ts';
import { Homes, toHome } from './Homes.ts';
import { MeetingMoves } from './MeetingMoves.ts';
import { MeetingRouters } from './MeetingRouters.ts';
import { MeetingStreams } from './MeetingStreams.ts';
import { MeetingVoices } from './MeetingVoices.ts';
import { NewTransports } from './NewTransports.ts';
import type { Movable } from './nextMove.ts';
import type { Orders } from './Orders.ts';
import { ParticipantCommands } from './ParticipantCommands.ts';
import type { Placer } from './Placer.ts';
import type { ProducerRecord } from './ProducerRecord.ts';
import type { Found } from './readInventories.ts';
import { keyOf } from './routers.ts';

export interface MeetingCascadeDeps {
  meetingId: string;
  orders: Orders;
  placer: Placer;
  /** How long a pipe stays that nobody needs any more. */
  pipeIdleMs: number;
  /** How long somebody may take to move. */
  moveTimeoutMs: number;
  /** Milliseconds of a clock that does not go back. */
  now: () => number;
  logger: Logger;
  emit: <N extends keyof MediaEvents>(name: N, payload: MediaEvents[N][0]) => void;
}

/**
 * In a meeting that is built anew, or seen over several routers, many ask for key frames at once.
 * libwebrtc drops requests within 300 ms of the one before, and mediasoup asks again after a second:
 * so those are kept until they count.
 */
const KEY_FRAME_INTERVAL_MS = 320;
const RETRY_MS = 200;

/** The media of one meeting over all its routers: who is placed where, and what is piped to whom. */
export class MeetingCascade {
  readonly #deps: MeetingCascadeDeps;
  readonly #routers: MeetingRouters;
  readonly #streams: MeetingStreams;
  readonly #voices: MeetingVoices;
  readonly #homes = new Homes();
  readonly #moves: MeetingMoves;
  /** Where participants get their transports. */
  readonly newTransports: NewTransports;
  /** What participants do with the transports that they have. */
  readonly commands: ParticipantCommands;
  /** Who has lost their media and has not been told yet. */
  readonly #resetting = new Set<string>();
  #hasBeenReset = false;
  #closed = false;

  constructor(deps: MeetingCascadeDeps) {
    this.#deps = deps;
    const { meetingId, orders, placer, pipeIdleMs, now, emit } = deps;
    this.#routers = new MeetingRouters(orders, placer);
    this.#streams = new MeetingStreams({
      meetingId,
      orders,
      routers: () => this.#routers.all,
      pipeIdleMs,
      onLinkClosed: () => this.#tidyRouters(),
      emit,
    });
    this.#moves = new MeetingMoves({
      ...{
        meetingId,
        homes: this.#homes,
        now,
        emit,
        timeoutMs: deps.moveTimeoutMs,
        logger: deps.logger,
      },
      place: () => this.#place(),
      isOpen: (router) => this.#routers.all.includes(router),
      publishers: () => this.#streams.publishers,
      rtpCapabilities: () => this.#routers.rtpCapabilities,
      onLeft: (participantId, router) => this.#leave(participantId, router),
    });
    this.newTransports = new NewTransports({
      ...{ orders, homes: this.#homes, moves: this.#moves },
      ...{ routers: this.#routers, streams: this.#streams },
      place: () => this.#place(),
      isResetting: (participantId) => this.#resetting.has(participantId),
      isClosed: () => this.#closed,
    });
    this.commands = new ParticipantCommands({
      ...{ orders, homes: this.#homes, streams: this.#streams },
      forget: (record) => this.#forget(record),
      keyFrameIntervalMs: () =>
        this.#hasBeenReset || this.#routers.all.length > 1 ? KEY_FRAME_INTERVAL_MS : 0,
    });
    this.#voices = new MeetingVoices({
      now,
      onSpeaker: (participantId) => emit('active-speaker', { meetingId, participantId }),
      onLevels: (levels) => emit('audio-levels', { meetingId, levels }),
    });
  }

  /** Where the meeting is, for operators. */
  get placement(): { nodeId: string; worker: number; participants: number }[] {
    return this.#routers.all.map((router) => ({
      nodeId: router.nodeId,
      worker: router.worker,
      participants: this.#homes.at(new Set([router])).length,
    }));
  }

  get links(): MeetingStreams['links'] {
    return this.#streams.links;
  }

  get routers(): readonly RouterRef[] {
    return this.#routers.all;
  }

  /** Makes sure that there is a router. */
  async open(): Promise<{ rtpCapabilities: RtpCapabilities }> {
    if (this.#routers.all.length === 0) await this.#routers.place(ROUTER_PPS);
    return { rtpCapabilities: this.#routers.rtpCapabilities };
  }

  /** Takes over what exists. */
  adopt(found: Found): AdoptedParticipant[] {
    const { rtpCapabilities, participants, moves } = found;
    if (rtpCapabilities) this.#routers.adopt(found.routers, rtpCapabilities);
    const nextOf = new Map(moves.map((next) => [next.participant.participantId, next]));
    for (const one of participants) {
      const { participantId } = one.participant;
      const next = nextOf.get(participantId);
      this.#homes.adopt(participantId, toHome(one), next ? toHome(next) : null);
    }
    this.#streams.adopt(found);
    closeStray(found, this.#deps.orders);
    this.#moves.adopt();
    const requestIds = new Map(
      found.producers.map(({ producer: { producerId, requestId } }) => [producerId, requestId]),
    );
    return participants.map(({ participant: { participantId } }) => ({
      participantId,
      producers: this.#streams
        .of(participantId)
        .map(({ id: producerId, kind, source, paused }) => ({
          ...{ producerId, kind, source, paused },
          requestId: requestIds.get(producerId) ?? null,
        })),
    }));
  }

  /** Closes the routers on all nodes. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.abandon();
    const nodes = new Set(this.#routers.nodes);
    await Promise.all(
      [...nodes].map((nodeId) => this.#deps.orders.end(nodeId, 'closeMeeting', {})),
    );
  }

  /** Somebody else owns the meeting: whatever exists is theirs. */
  abandon(): void {
    this.#closed = true;
    // Whatever is under way finds its place gone.
    this.#homes.clear();
    this.#moves.close();
    this.#streams.close();
  }

  async closeParticipant(participantId: string): Promise<void> {
    this.#resetting.delete(participantId);
    if (!this.#homes.has(participantId)) return;
    const homes = this.#homes.all(participantId);
    for (const { router } of homes) this.#streams.release(participantId, router);
    this.#homes.delete(participantId);
    this.#moves.forget(participantId);
    for (const record of this.#streams.of(participantId)) this.#forget(record);
    await Promise.all(homes.map(({ router }) => this.#closeAt(router, participantId)));
    this.#tidyRouters();
  }

  /** Whether nobody else who sends is to move for now. */
  get isBusy(): boolean {
    return this.#moves.isBusy;
  }

  /** Who is placed on one of these nodes and does not move yet. */
  waiting(nodeIds: ReadonlySet<string>): Movable[] {
    const routers = this.#routers.all.filter(({ nodeId }) => nodeIds.has(nodeId));
    return routers.length > 0 ? this.#moves.waiting(new Set(routers)) : [];
  }

  /** Has somebody built anew on another router. Never rejects. */
  move(participantId: string): Promise<void> {
    return this.#moves.begin(participantId);
  }

  finishMove(participantId: string, moveId: number, moved: boolean): Promise<void> {
    return this.#moves.finish(participantId, moveId, moved);
  }

  /** Gives up the routers on these nodes that nobody needs. */
  vacate(nodeIds: ReadonlySet<string>): void {
    const leaving = this.#routers.all.filter(({ nodeId }) => nodeIds.has(nodeId));
    if (leaving.length === 0 || this.#closed || this.#routers.isAwaited) return;
    const isEmpty = leaving.every((router) => this.#isDeserted(router));
    if (isEmpty && leaving.length === this.#routers.all.length) {
      void this.#openElsewhere();
      return;
    }
    for (const router of leaving) {
      if (this.#isDeserted(router)) this.#streams.dropIdle(router);
    }
    this.#tidyRouters();
  }

  /** Something happened at one of the routers. */
  handle(nodeId: string, event: NodeMediaEvent): void {
    const router = this.#routers.find({ nodeId, worker: event.worker });
    if (router) this.#take(router, event);
  }

  #take(router: RouterRef, fact: RouterFact): void {
    if (this.#closed) return;
    const { emit } = this.#deps;
    switch (fact.name) {
      case 'routers-lost':
        this.lose([router]);
        break;
      case 'producer-closed': {
        const record = this.#streams.find(fact.payload.producerId);
        if (record?.home === router) this.#forget(record);
        emit('producer-closed', fact.payload);
        break;
      }
      case 'consumers-stale':
        this.#streams.handleStale(router, fact.payload);
        break;
      case 'layers-wanted':
        this.#streams.handleWanted(router, fact.payload);
        break;
      case 'active-speaker':
        this.#voices.hearSpeaker(keyOf(router), fact.payload.participantId, this.#isAlone);
        break;
      case 'audio-levels':
        this.#voices.hearLevels(keyOf(router), fact.payload.levels, this.#isAlone);
        break;
      case 'consumer-layers':
        emit('consumer-layers', fact.payload);
        break;
      case 'qualities':
        emit('qualities', fact.payload);
        break;
    }
  }

  /** Makes up for what was not heard, here and there, while the node was out of reach. @throws what `Orders.give` throws */
  compare(nodeId: string): Promise<void> {
    return compareWith(nodeId, {
      ...{ orders: this.#deps.orders, routers: this.#routers },
      ...{ homes: this.#homes, streams: this.#streams },
      isClosed: () => this.#closed,
      take: (router, fact) => this.#take(router, fact),
      lose: (routers) => this.lose(routers),
    });
  }

  /** Routers are gone with all media of those who were placed there: finds room for them at once. */
  lose(routers: readonly RouterRef[]): void {
    const lost = new Set(routers);
    this.#routers.remove(lost);
    for (const router of lost) this.#voices.forget(keyOf(router));
    const concerned = this.#homes.at(lost);
    for (const participantId of concerned) {
      // What was begun elsewhere is of no use without the rest.
      const next = this.#homes.next(participantId)?.router;
      if (next && !lost.has(next)) {
        this.#streams.release(participantId, next);
        for (const record of this.#streams.of(participantId)) this.#forget(record);
        void this.#closeAt(next, participantId);
      }
      for (const router of lost) this.#streams.release(participantId, router);
      this.#homes.delete(participantId);
      this.#moves.forget(participantId);
      this.#resetting.add(participantId);
    }
    this.#moves.lose(lost);
    this.#streams.lose(lost);
    if (concerned.length > 0) void this.#replace(concerned);
  }

  /** As often as it takes: people are waiting in the meeting, and there will be room again. */
  async #replace(concerned: readonly string[]): Promise<void> {
    this.#hasBeenReset = true;
    for (;;) {
      try {
        await this.#place();
        break;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        if (this.#closed) return;
      }
    }
    const { meetingId, emit } = this.#deps;
    const participantIds = concerned.filter((id) => this.#resetting.delete(id));
    if (this.#closed || participantIds.length === 0) return;
    const { rtpCapabilities } = this.#routers;
    emit('meeting-reset', { meetingId, participantIds, rtpCapabilities });
  }

  /** Whoever comes next finds a router. Where there is no room now, there will be. */
  async #openElsewhere(): Promise<void> {
    try {
      await this.#place();
    } catch {
      // Tried again at the next look.
    }
  }

  /** A router for one more participant. @throws AppError NO_CAPACITY */
  #place(): RouterRef | Promise<RouterRef> {
    if (this.#closed) throw new AppError('INVALID_STATE');
    return this.#routers.place(Math.max(this.#streams.packetsPerSecond, ROUTER_PPS));
  }

  get #isAlone(): boolean {
    return this.#routers.all.length <= 1;
  }

  #forget(record: ProducerRecord): void {
    this.#streams.forget(record);
    if (record.source === 'microphone') {
      this.#voices.forgetParticipant(record.participantId, keyOf(record.home));
    }
  }

  /** After a move: what somebody had at that router is closed, and what they sent from there. */
  async #leave(participantId: string, router: RouterRef): Promise<void> {
    const { meetingId, emit } = this.#deps;
    this.#streams.release(participantId, router);
    for (const record of this.#streams.of(participantId)) {
      if (record.home !== router) continue;
      this.#forget(record);
      emit('producer-closed', { meetingId, participantId, producerId: record.id });
    }
    await this.#closeAt(router, participantId);
    this.#tidyRouters();
  }

  #closeAt({ nodeId, worker }: RouterRef, participantId: string): Promise<void> {
    return this.#deps.orders.end(nodeId, 'closeParticipant', { worker, participantId });
  }

  /** Whether nobody is placed there, or will be. */
  #isDeserted(router: RouterRef): boolean {
    const there = new Set([router]);
    return this.#homes.at(there).length === 0 && this.#homes.movingTo(there).length === 0;
  }

  /** Closes routers where nobody is placed and nothing is piped; the last one stays. */
  #tidyRouters(): void {
    if (this.#closed) return;
    for (const router of this.#routers.all) {
      if (this.#routers.all.length === 1) return;
      if (!this.#isDeserted(router)) continue;
      if (this.#streams.isLinked(router) || this.#routers.isAwaited) continue;
      this.#voices.forget(keyOf(router));
      this.#routers.close(router);
    }
  }
}
