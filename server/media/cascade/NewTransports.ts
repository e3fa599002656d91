import type { TransportOptions } from '../../../protocol/rtp.ts';
import { AppError } from '../../core/AppError.ts';
import type { FeedRequest, TransportRequest } from '../MediaCommands.ts';
import type { RouterRef } from '../MediaExecutor.ts';
import type { Homes } from './Homes.ts';
import type { MeetingMoves } from './MeetingMoves.ts';
import type { MeetingRouters } from './MeetingRouters.ts';
import type { MeetingStreams } from './MeetingStreams.ts';
import type { Orders } from './Orders.ts';

export interface NewTransportsDeps {
  orders: Orders;
  homes: Homes;
  moves: MeetingMoves;
  routers: MeetingRouters;
  streams: MeetingStreams;
  /** A router for one more participant. */
  place: () => RouterRef | Promise<RouterRef>;
  /** Whether somebody has lost their media and has not been told yet. */
  isResetting: (participantId: string) => boolean;
  /** Whether the meeting has no media any more. */
  isClosed: () => boolean;
}

/** Gives the participants of one meeting a place with their first transport, and opens each there. */
export class NewTransports {
  readonly #deps: NewTransportsDeps;

  constructor(deps: NewTransportsDeps) {
    this.#deps = deps;
  }

  /** @param moveId of a move that has begun: there; without it, where the participant is */
  async create(
    participantId: string,
    request: TransportRequest,
    moveId?: number,
  ): Promise<TransportOptions> {
    const { homes, orders, place } = this.#deps;
    this.#assertTold(participantId);
    const home =
      moveId === undefined
        ? await homes.settle(participantId, place)
        : homes.ofMove(participantId, moveId);
    const { nodeId, worker } = home.router;
    if (request.direction === 'recv') this.#beginReceiving(participantId, home.router);
    const order = { worker, participantId, request, moveId: home.moveId };
    const options = await orders.give(nodeId, 'createTransport', order);
    home.transports.add(options.id);
    return options;
  }

  /** A program beside the worker of one node receives, and stays there. */
  async openFeed(participantId: string, request: FeedRequest): Promise<{ transportId: string }> {
    const { homes, isClosed, moves, orders, routers } = this.#deps;
    this.#assertTold(participantId);
    if (isClosed()) throw new AppError('INVALID_STATE');
    const { nodeId, ...of } = request;
    const home = await homes.settle(participantId, () => routers.placeOn(nodeId));
    if (home.router.nodeId !== nodeId) throw new AppError('INVALID_STATE');
    moves.keep(participantId);
    this.#beginReceiving(participantId, home.router);
    const order = { worker: home.router.worker, participantId, request: of };
    const opened = await orders.give(nodeId, 'openFeed', order);
    home.transports.add(opened.transportId);
    return opened;
  }

  /** Nothing is built before they have been told that what they had is gone. @throws AppError INVALID_STATE */
  #assertTold(participantId: string): void {
    if (this.#deps.isResetting(participantId)) throw new AppError('INVALID_STATE');
  }

  /** Its consumers go with the transport before; other routers' publishers begin what it will ask for. */
  #beginReceiving(participantId: string, home: RouterRef): void {
    const { orders, routers, streams } = this.#deps;
    streams.release(participantId, home);
    for (const router of routers.all) {
      if (router === home) continue;
      void orders.end(router.nodeId, 'warmProducers', { worker: router.worker });
    }
  }
}
