import type { ConsumeResult, MediaEvents } from '../MediaCommands.ts';
import type { RouterFact, RouterInventory, RouterRef } from '../MediaExecutor.ts';
import { AUDIO_PPS, PICTURE_PPS } from '../packetRates.ts';
import { Consumptions } from './Consumptions.ts';
import type { Orders } from './Orders.ts';
import { PipeNetwork } from './PipeNetwork.ts';
import { ProducerRecord, type Copy, type ProducerFacts } from './ProducerRecord.ts';
import type { Found } from './readInventories.ts';
import { unavailable } from './unavailable.ts';

export interface MeetingStreamsDeps {
  meetingId: string;
  orders: Orders;
  /** Routers that are open, the first one first. */
  routers: () => readonly RouterRef[];
  /** How long a pipe stays that nobody needs any more. */
  pipeIdleMs: number;
  onLinkClosed: () => void;
  emit: <N extends keyof MediaEvents>(name: N, payload: MediaEvents[N][0]) => void;
}

/** What is sent in one meeting and who consumes it where: the pipes between routers follow from that. */
export class MeetingStreams {
  readonly #deps: MeetingStreamsDeps;
  readonly #network: PipeNetwork;
  readonly #records = new Map<string, ProducerRecord>();
  /** Closed ones that a node may still have. */
  readonly #ended = new Set<string>();
  readonly #consumptions = new Consumptions();
  #closed = false;

  constructor(deps: MeetingStreamsDeps) {
    this.#deps = deps;
    const { orders, routers, pipeIdleMs, onLinkClosed } = deps;
    this.#network = new PipeNetwork({
      orders,
      routers,
      idleMs: pipeIdleMs,
      onDropped: ({ record, at }) => this.#tellWish(record, record.wishes.forget(at)),
      onLinkClosed,
    });
  }

  get links(): PipeNetwork['links'] {
    return this.#network.links;
  }

  /** What one who consumes everything is sent, predicted. */
  get packetsPerSecond(): number {
    let sum = 0;
    for (const { kind } of this.#records.values())
      sum += kind === 'audio' ? AUDIO_PPS : PICTURE_PPS;
    return sum;
  }

  isLinked(router: RouterRef): boolean {
    return this.#network.isLinked(router);
  }

  /** Stops timers; nodes are told by whoever closes the routers. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#network.close(this.#records.values());
  }

  /** Takes over what exists. */
  adopt({ participants, moves, producers, links, copies }: Found): void {
    for (const { producer, participantId, home } of producers) {
      const facts = { ...producer, id: producer.producerId, participantId };
      this.#records.set(facts.id, new ProducerRecord(facts, home, producer.maxSpatialLayer));
    }
    for (const { linkId, ends } of links) this.#network.adoptLink(linkId, ends);
    for (const { producerId, from, at, paused, maxSpatialLayer } of copies) {
      const record = this.#records.get(producerId);
      if (!record) continue;
      this.#network.adoptCopy(record, from, at);
      this.#tellWish(record, record.wishes.report(at, maxSpatialLayer));
      if (paused !== record.paused) void this.#network.mirror(record);
    }
    for (const { participant, home } of [...participants, ...moves]) {
      for (const { consumerId, producerId } of participant.consumers) {
        this.#consumptions.add(home, participant.participantId, consumerId, producerId);
        const record = this.#records.get(producerId);
        if (record && record.home !== home) record.use(home, participant.participantId);
      }
    }
    for (const record of this.#records.values()) this.#network.settle(record);
    this.#network.tidy();
  }

  add(facts: ProducerFacts, home: RouterRef): void {
    this.#records.set(facts.id, new ProducerRecord(facts, home));
  }

  find(producerId: string): ProducerRecord | undefined {
    return this.#records.get(producerId);
  }

  /** Mirrors whether it is paused. */
  mirror(record: ProducerRecord): Promise<void> {
    return this.#network.mirror(record);
  }

  /** The producer is closed. */
  forget(record: ProducerRecord): void {
    if (!this.#records.delete(record.id)) return;
    record.turns.close();
    this.#network.forget(record);
    this.#consumptions.forgetProducer(record.id);
  }

  /** Who sends anything. */
  get publishers(): ReadonlySet<string> {
    return new Set([...this.#records.values()].map(({ participantId }) => participantId));
  }

  /** What the participant sends. */
  of(participantId: string): ProducerRecord[] {
    return this.all.filter((one) => one.participantId === participantId);
  }

  /** Nobody waits any longer for somebody to need the pipes to that router again. */
  dropIdle(at: RouterRef): void {
    this.#network.dropIdle(this.#records.values(), at);
  }

  /**
   * Has the producers at hand at a router while `consume` makes consumers of them there, and for as
   * long as there are any. Those whose way breaks meanwhile are tried again: nobody would tell. Those to
   * which no way is found now are neither made nor refused.
   * @throws AppError UNAVAILABLE when that is all of them
   */
  async consumeAt(
    at: RouterRef,
    participantId: string,
    producerIds: readonly string[],
    consume: (producerIds: string[]) => Promise<ConsumeResult>,
  ): Promise<ConsumeResult> {
    const far = this.#far(at, participantId, producerIds);
    // Noted first, so that what is made for it does not go again as unused.
    for (const record of far) record.use(at, participantId);
    const outcome: ConsumeResult = { consumers: [], refused: [] };
    let isAway = false;
    try {
      for (let asked = [...new Set(producerIds)]; asked.length > 0;) {
        const concerned = far.filter(({ id }) => asked.includes(id));
        const failed = await this.#network.bring(concerned, at);
        const copies = new Map(concerned.map((record) => [record, record.copies.get(at)]));
        const answer = await consume(asked.filter((id) => !failed.has(id)));
        const isBroken = (record: ProducerRecord): boolean => {
          const copy = copies.get(record);
          return !failed.has(record.id) && (!copy || record.copies.get(at) !== copy);
        };
        const broken = new Set(concerned.filter(isBroken).map(({ id }) => id));
        const holds = ({ producerId }: { producerId: string }): boolean => !broken.has(producerId);
        outcome.consumers.push(...answer.consumers.filter(holds));
        outcome.refused.push(...answer.refused.filter(holds));
        asked = [...broken].filter((id) => this.#records.has(id));
        for (const producerId of [...failed, ...broken]) {
          if (asked.includes(producerId)) continue;
          if (this.#records.has(producerId)) isAway = true;
          else outcome.refused.push({ producerId, reason: 'gone' });
        }
      }
      if (isAway && outcome.consumers.length + outcome.refused.length === 0) throw unavailable();
      return outcome;
    } finally {
      for (const { id, producerId } of outcome.consumers) {
        this.#consumptions.add(at, participantId, id, producerId);
      }
      for (const record of far) this.#unuse(record, at, participantId);
    }
  }

  /** All that the participant consumes at that router is gone. */
  release(participantId: string, at: RouterRef): void {
    for (const producerId of this.#consumptions.clear(at, participantId)) {
      const record = this.#records.get(producerId);
      if (record) this.#unuse(record, at, participantId);
    }
  }

  /** The router has closed consumers. */
  handleStale(at: RouterRef, event: MediaEvents['consumers-stale'][0]): void {
    const { participantId, consumerIds } = event;
    for (const producerId of this.#consumptions.remove(at, participantId, consumerIds)) {
      const record = this.#records.get(producerId);
      if (record) this.#unuse(record, at, participantId);
    }
    this.#deps.emit('consumers-stale', event);
  }

  handleWanted(router: RouterRef, event: MediaEvents['layers-wanted'][0]): void {
    const record = this.#records.get(event.producerId);
    if (!record || (record.home !== router && !record.copies.has(router))) return;
    this.#tellWish(record, record.wishes.report(router, event.maxSpatialLayer));
  }

  /** What is sent as of now. */
  get all(): readonly ProducerRecord[] {
    return [...this.#records.values()];
  }

  /**
   * What the router must have told meanwhile, for things to be as they are there now.
   * @param known what was sent when the inventory was asked for
   */
  missed(
    at: RouterRef,
    { participants, links }: RouterInventory,
    known: readonly ProducerRecord[],
  ): RouterFact[] {
    const { meetingId } = this.#deps;
    const facts: RouterFact[] = [];
    const standing = participants.flatMap(({ producers }) => producers);
    for (const { id: producerId, participantId, home } of known) {
      if (
        home !== at ||
        !this.#records.has(producerId) ||
        standing.some((one) => one.producerId === producerId)
      )
        continue;
      const payload = { meetingId, participantId, producerId };
      facts.push({ name: 'producer-closed', payload });
    }
    for (const { participantId, consumers } of participants) {
      const open = new Set(consumers.map(({ consumerId }) => consumerId));
      const consumerIds = this.#consumptions.of(at, participantId).filter((id) => !open.has(id));
      if (consumerIds.length === 0) continue;
      facts.push({ name: 'consumers-stale', payload: { meetingId, participantId, consumerIds } });
    }
    for (const one of [...standing, ...links.flatMap(({ incoming }) => incoming)]) {
      const { producerId, maxSpatialLayer } = one;
      const participantId = this.#records.get(producerId)?.participantId;
      if (participantId === undefined) continue;
      const payload = { meetingId, participantId, producerId, maxSpatialLayer };
      facts.push({ name: 'layers-wanted', payload });
    }
    return facts;
  }

  /** A producer is closed, and its node may not have heard so. */
  noteEnded(producerId: string): void {
    this.#ended.add(producerId);
  }

  /** Ends at a router what it could not be told to end, and silences who is to be silent. */
  endStray(at: RouterRef, { participants, links }: RouterInventory): void {
    this.#network.endStray(at, links);
    const { nodeId, worker } = at;
    for (const { participantId, producers } of participants) {
      for (const { producerId, paused } of producers) {
        const record = this.#records.get(producerId);
        if (record && record.paused !== paused) void this.#pauseAsKnown(record);
        if (!this.#ended.has(producerId)) continue;
        void this.#deps.orders.end(nodeId, 'closeProducer', { worker, participantId, producerId });
      }
    }
  }

  /** Routers are gone, and with them the producers at home there. */
  lose(lost: ReadonlySet<RouterRef>): void {
    for (const record of [...this.#records.values()]) {
      if (lost.has(record.home)) this.forget(record);
    }
    for (const copy of this.#network.lose(this.#records.values(), lost)) this.#reportBroken(copy);
  }

  /** Also where it was resumed, and the answer was lost: whoever asked for it was refused. */
  async #pauseAsKnown(record: ProducerRecord): Promise<void> {
    const { id: producerId, participantId, home, turns } = record;
    const { nodeId, worker } = home;
    await turns
      .post(() => {
        const order = { worker, participantId, producerId, paused: record.paused };
        return this.#deps.orders.end(nodeId, 'setProducerPaused', order);
      })
      // It is closed by now.
      .catch(() => undefined);
  }

  /** Those of the producers that are at home elsewhere. */
  #far(at: RouterRef, participantId: string, producerIds: readonly string[]): ProducerRecord[] {
    return [...new Set(producerIds)].flatMap((id) => {
      const record = this.#records.get(id);
      return record && record.home !== at && record.participantId !== participantId ? [record] : [];
    });
  }

  #unuse(record: ProducerRecord, at: RouterRef, participantId: string): void {
    if (!this.#consumptions.has(at, participantId, record.id)) record.unuse(at, participantId);
    if (this.#records.has(record.id) && !this.#closed) this.#network.settle(record);
  }

  /** What a copy came from is gone: who consumes it asks again, and it takes another way. */
  #reportBroken({ record, at }: Copy): void {
    const { meetingId, emit } = this.#deps;
    for (const participantId of record.usersAt(at)) {
      const consumerId = this.#consumptions.find(at, participantId, record.id);
      if (consumerId === undefined) continue;
      this.#consumptions.remove(at, participantId, [consumerId]);
      record.unuse(at, participantId);
      emit('consumers-stale', { meetingId, participantId, consumerIds: [consumerId] });
    }
  }

  #tellWish(record: ProducerRecord, maxSpatialLayer: number | null): void {
    if (maxSpatialLayer === null || !this.#records.has(record.id) || this.#closed) return;
    const { meetingId, emit } = this.#deps;
    const { id: producerId, participantId } = record;
    emit('layers-wanted', { meetingId, participantId, producerId, maxSpatialLayer });
  }
}
