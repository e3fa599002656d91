import type {
  DtlsParameters,
  IceParameters,
  RtpCapabilities,
  TransportOptions,
} from '../../../protocol/rtp.ts';
import { AppError } from '../../core/AppError.ts';
import type {
  AdoptedParticipant,
  ConsumeResult,
  MediaEvents,
  ProduceRequest,
  TransportRequest,
  ViewRequest,
} from '../MediaCommands.ts';
import type { NodeMediaEvent, RouterFact, RouterInventory, RouterRef } from '../MediaExecutor.ts';
import { ROUTER_PPS } from '../packetRates.ts';
import { Homes } from './Homes.ts';
import { MeetingRouters } from './MeetingRouters.ts';
import { MeetingStreams } from './MeetingStreams.ts';
import { MeetingVoices } from './MeetingVoices.ts';
import type { Orders } from './Orders.ts';
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
  /** Milliseconds of a clock that does not go back. */
  now: () => number;
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

  /** Whether it has a router there, or will have. */
  uses(nodeId: string): boolean {
    return this.#routers.nodes.includes(nodeId);
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
    const { rtpCapabilities, participants } = found;
    if (rtpCapabilities) this.#routers.adopt(found.routers, rtpCapabilities);
    for (const { participant, home } of participants) {
      this.#homes.adopt(participant.participantId, home);
    }
    this.#streams.adopt(found);
    this.#closeStray(found);
    return participants.map(({ participant: { participantId, producers: theirs } }) => ({
      participantId,
      producers: theirs.map(({ producerId, requestId, kind, source, paused }) => ({
        ...{ producerId, requestId, kind, source, paused },
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
    this.#streams.close();
  }

  async closeParticipant(participantId: string): Promise<void> {
    this.#resetting.delete(participantId);
    if (!this.#homes.has(participantId)) return;
    const router = this.#homes.find(participantId);
    this.#release(participantId);
    this.#homes.delete(participantId);
    this.#streams.forgetAllOf(participantId);
    this.#voices.forgetParticipant(participantId);
    if (router) {
      const { nodeId, worker } = router;
      await this.#deps.orders.end(nodeId, 'closeParticipant', { worker, participantId });
    }
    this.#tidyRouters();
  }

  async createTransport(
    participantId: string,
    request: TransportRequest,
  ): Promise<TransportOptions> {
    // Not before they have been told that what they had is gone.
    if (this.#resetting.has(participantId)) throw new AppError('INVALID_STATE');
    const home = await this.#homes.settle(participantId, () => this.#place());
    if (request.direction === 'recv') {
      // Its consumers go with the transport before.
      this.#release(participantId);
      for (const { nodeId, worker } of this.#routers.all) {
        if (nodeId === home.nodeId && worker === home.worker) continue;
        void this.#deps.orders.end(nodeId, 'warmProducers', { worker });
      }
    }
    const { nodeId, worker } = home;
    return this.#deps.orders.give(nodeId, 'createTransport', { worker, participantId, request });
  }

  async connectTransport(
    participantId: string,
    transportId: string,
    dtlsParameters: DtlsParameters,
  ): Promise<void> {
    const { nodeId, worker } = this.#homes.of(participantId);
    const order = { worker, participantId, transportId, dtlsParameters };
    await this.#deps.orders.give(nodeId, 'connectTransport', order);
  }

  restartIce(participantId: string, transportId: string): Promise<IceParameters> {
    const { nodeId, worker } = this.#homes.of(participantId);
    return this.#deps.orders.give(nodeId, 'restartIce', { worker, participantId, transportId });
  }

  async produce(participantId: string, request: ProduceRequest): Promise<{ producerId: string }> {
    const home = this.#homes.of(participantId);
    const { kind, source, paused } = request;
    const { producerId, layers } = await this.#deps.orders.give(home.nodeId, 'produce', {
      worker: home.worker,
      participantId,
      request,
      keyFrameIntervalMs:
        this.#hasBeenReset || this.#routers.all.length > 1 ? KEY_FRAME_INTERVAL_MS : 0,
    });
    this.#homes.assertAt(participantId, home);
    const facts = { id: producerId, participantId, kind, source, layers, paused };
    this.#streams.add(facts, home);
    return { producerId };
  }

  setProducerPaused(participantId: string, producerId: string, paused: boolean): Promise<void> {
    const { nodeId, worker } = this.#homes.of(participantId);
    const record = this.#recordOf(participantId, producerId);
    if (!record) throw new AppError('INVALID_STATE');
    return record.turns.post(async () => {
      const order = { worker, participantId, producerId, paused };
      await this.#deps.orders.give(nodeId, 'setProducerPaused', order);
      record.paused = paused;
      await this.#streams.mirror(record);
    });
  }

  async closeProducer(participantId: string, producerId: string): Promise<void> {
    const { nodeId, worker } = this.#homes.of(participantId);
    const record = this.#recordOf(participantId, producerId);
    if (!record) return;
    await record.turns.post(async () => {
      await this.#deps.orders.give(nodeId, 'closeProducer', { worker, participantId, producerId });
      this.#forget(record);
    });
  }

  async consume(
    participantId: string,
    transportId: string,
    producerIds: readonly string[],
  ): Promise<ConsumeResult> {
    const home = this.#homes.of(participantId);
    const { nodeId, worker } = home;
    return this.#streams.consumeAt(home, participantId, producerIds, async (ids) => {
      this.#homes.assertAt(participantId, home);
      const order = { worker, participantId, transportId, producerIds: ids };
      const answer = await this.#deps.orders.give(nodeId, 'consume', order);
      this.#homes.assertAt(participantId, home);
      return answer;
    });
  }

  resumeConsumers(
    participantId: string,
    consumerIds: readonly string[],
  ): Promise<{ resumed: string[]; gone: string[] }> {
    const { nodeId, worker } = this.#homes.of(participantId);
    return this.#deps.orders.give(nodeId, 'resumeConsumers', {
      worker,
      participantId,
      consumerIds: [...consumerIds],
    });
  }

  async updateViews(participantId: string, views: readonly ViewRequest[]): Promise<void> {
    const { nodeId, worker } = this.#homes.of(participantId);
    const order = { worker, participantId, views: [...views] };
    await this.#deps.orders.give(nodeId, 'updateViews', order);
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

  /** Makes up for what a node has told while it was out of reach. @param found all that it has of the meeting */
  compare(nodeId: string, found: readonly RouterInventory[]): void {
    if (this.#closed) return;
    const lost: RouterRef[] = [];
    for (const router of this.#routers.all.filter((one) => one.nodeId === nodeId)) {
      const inventory = found.find(({ worker }) => worker === router.worker);
      if (!inventory) lost.push(router);
      else for (const fact of this.#streams.missed(router, inventory)) this.#take(router, fact);
    }
    if (lost.length > 0) this.lose(lost);
  }

  /** Routers are gone with all media of those who were placed there: finds room for them at once. */
  lose(routers: readonly RouterRef[]): void {
    const lost = new Set(routers);
    this.#routers.remove(lost);
    for (const router of lost) this.#voices.forget(keyOf(router));
    const concerned = this.#homes.at(lost);
    for (const participantId of concerned) {
      this.#release(participantId);
      this.#homes.delete(participantId);
      this.#resetting.add(participantId);
    }
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

  #recordOf(participantId: string, producerId: string): ProducerRecord | undefined {
    const record = this.#streams.find(producerId);
    return record?.participantId === participantId ? record : undefined;
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
    if (record.source === 'microphone') this.#voices.forgetParticipant(record.participantId);
  }

  /** All that the participant consumes is gone. */
  #release(participantId: string): void {
    const router = this.#homes.find(participantId);
    if (router) this.#streams.release(participantId, router);
  }

  /** Closes routers where nobody is placed and nothing is piped; the last one stays. */
  #tidyRouters(): void {
    if (this.#closed) return;
    for (const router of this.#routers.all) {
      if (this.#routers.all.length === 1) return;
      if (this.#homes.at(new Set([router])).length > 0) continue;
      if (this.#streams.isLinked(router) || this.#routers.isAwaited) continue;
      this.#voices.forget(keyOf(router));
      this.#routers.close(router);
    }
  }

  #closeStray({ strayParticipants, strayLinks, strayPipes }: Found): void {
    const { orders } = this.#deps;
    for (const { participantId, at } of strayParticipants) {
      void orders.end(at.nodeId, 'closeParticipant', { worker: at.worker, participantId });
    }
    for (const { linkId, at } of strayLinks) {
      void orders.end(at.nodeId, 'closeLink', { worker: at.worker, linkId });
    }
    for (const { linkId, at, producerIds } of strayPipes) {
      void orders.end(at.nodeId, 'unpipe', { worker: at.worker, linkId, producerIds });
    }
  }
}
