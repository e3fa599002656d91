import type { DtlsParameters, IceParameters } from '../../../protocol/rtp.ts';
import { AppError } from '../../core/AppError.ts';
import type { ConsumeResult, ProduceRequest, ViewRequest } from '../MediaCommands.ts';
import type { RouterRef } from '../MediaExecutor.ts';
import type { Homes } from './Homes.ts';
import type { MeetingStreams } from './MeetingStreams.ts';
import type { Orders } from './Orders.ts';
import type { ProducerRecord } from './ProducerRecord.ts';

export interface ParticipantCommandsDeps {
  orders: Orders;
  homes: Homes;
  streams: MeetingStreams;
  /** A producer is closed. */
  forget: (record: ProducerRecord) => void;
  /** At least so long between two requests for a key frame. */
  keyFrameIntervalMs: () => number;
}

/** What participants of one meeting do with their transports: each goes to the router where that is. */
export class ParticipantCommands {
  readonly #deps: ParticipantCommandsDeps;

  constructor(deps: ParticipantCommandsDeps) {
    this.#deps = deps;
  }

  async connectTransport(
    participantId: string,
    transportId: string,
    dtlsParameters: DtlsParameters,
  ): Promise<void> {
    const { nodeId, worker } = this.#deps.homes.ofTransport(participantId, transportId).router;
    const order = { worker, participantId, transportId, dtlsParameters };
    await this.#deps.orders.give(nodeId, 'connectTransport', order);
  }

  restartIce(participantId: string, transportId: string): Promise<IceParameters> {
    const { nodeId, worker } = this.#deps.homes.ofTransport(participantId, transportId).router;
    return this.#deps.orders.give(nodeId, 'restartIce', { worker, participantId, transportId });
  }

  async produce(participantId: string, request: ProduceRequest): Promise<{ producerId: string }> {
    const { router: home } = this.#deps.homes.ofTransport(participantId, request.transportId);
    const { kind, source, paused } = request;
    const { producerId, layers } = await this.#deps.orders.give(home.nodeId, 'produce', {
      worker: home.worker,
      participantId,
      request,
      keyFrameIntervalMs: this.#deps.keyFrameIntervalMs(),
    });
    this.#deps.homes.assertAt(participantId, home);
    const facts = { id: producerId, participantId, kind, source, layers, paused };
    this.#deps.streams.add(facts, home);
    return { producerId };
  }

  setProducerPaused(participantId: string, producerId: string, paused: boolean): Promise<void> {
    const record = this.#recordOf(participantId, producerId);
    if (!record) throw new AppError('INVALID_STATE');
    const { nodeId, worker } = record.home;
    return record.turns.post(async () => {
      const order = { worker, participantId, producerId, paused };
      // Whoever is to be silent is so at once: others must not wait for a node that is out of reach.
      if (paused) await this.#deps.orders.insist(nodeId, 'setProducerPaused', order);
      else await this.#deps.orders.give(nodeId, 'setProducerPaused', order);
      record.paused = paused;
      await this.#deps.streams.mirror(record);
    });
  }

  async closeProducer(participantId: string, producerId: string): Promise<void> {
    const record = this.#recordOf(participantId, producerId);
    if (!record) return;
    const { nodeId, worker } = record.home;
    await record.turns.post(async () => {
      // Nobody is to see any more of it, whether its node hears so now or later.
      await this.#deps.orders.end(nodeId, 'closeProducer', { worker, participantId, producerId });
      if (this.#deps.orders.hasLost(nodeId)) this.#deps.streams.noteEnded(producerId);
      this.#deps.forget(record);
    });
  }

  async consume(
    participantId: string,
    transportId: string,
    producerIds: readonly string[],
  ): Promise<ConsumeResult> {
    const { router: home, consumers } = this.#deps.homes.ofTransport(participantId, transportId);
    const { nodeId, worker } = home;
    return this.#deps.streams.consumeAt(home, participantId, producerIds, async (ids) => {
      this.#deps.homes.assertAt(participantId, home);
      const order = { worker, participantId, transportId, producerIds: ids };
      const answer = await this.#deps.orders.give(nodeId, 'consume', order);
      this.#deps.homes.assertAt(participantId, home);
      for (const { id } of answer.consumers) consumers.add(id);
      return answer;
    });
  }

  async resumeConsumers(
    participantId: string,
    consumerIds: readonly string[],
  ): Promise<{ resumed: string[]; gone: string[] }> {
    const home = this.#deps.homes.of(participantId);
    const next = this.#deps.homes.next(participantId);
    const ofNext = consumerIds.filter((id) => next?.consumers.has(id));
    const ofHome = consumerIds.filter((id) => !next?.consumers.has(id));
    const resume = async ({ nodeId, worker }: RouterRef, ids: string[]) => {
      const order = { worker, participantId, consumerIds: ids };
      return this.#deps.orders.give(nodeId, 'resumeConsumers', order);
    };
    const answers = await Promise.all([
      ...(next && ofNext.length > 0 ? [resume(next.router, ofNext)] : []),
      ...(ofHome.length > 0 ? [resume(home.router, ofHome)] : []),
    ]);
    return {
      resumed: answers.flatMap(({ resumed }) => resumed),
      gone: answers.flatMap(({ gone }) => gone),
    };
  }

  async requestKeyFrames(participantId: string, consumerIds: readonly string[]): Promise<void> {
    const { nodeId, worker } = this.#deps.homes.of(participantId).router;
    const order = { worker, participantId, consumerIds: [...consumerIds] };
    await this.#deps.orders.give(nodeId, 'requestKeyFrames', order);
  }

  async updateViews(participantId: string, views: readonly ViewRequest[]): Promise<void> {
    const { router } = this.#deps.homes.of(participantId);
    const next = this.#deps.homes.next(participantId);
    const order = { participantId, views: [...views] };
    if (next && next.transports.size > 0) {
      const { nodeId, worker } = next.router;
      void this.#deps.orders.end(nodeId, 'updateViews', { ...order, worker });
    }
    const { nodeId, worker } = router;
    await this.#deps.orders.give(nodeId, 'updateViews', { ...order, worker });
  }

  #recordOf(participantId: string, producerId: string): ProducerRecord | undefined {
    const record = this.#deps.streams.find(producerId);
    return record?.participantId === participantId ? record : undefined;
  }
}
