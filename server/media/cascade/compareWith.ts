import type { RouterFact, RouterRef } from '../MediaExecutor.ts';
import type { Homes } from './Homes.ts';
import type { MeetingRouters } from './MeetingRouters.ts';
import type { MeetingStreams } from './MeetingStreams.ts';
import type { Orders } from './Orders.ts';

export interface ComparisonDeps {
  orders: Orders;
  routers: MeetingRouters;
  homes: Homes;
  streams: MeetingStreams;
  isClosed: () => boolean;
  /** What a router has told, and nobody has heard. */
  take: (router: RouterRef, fact: RouterFact) => void;
  /** These are gone. */
  lose: (routers: readonly RouterRef[]) => void;
}

/**
 * Makes up for what a node and a meeting's owner told each other while neither reached the other:
 * its inventory shows what has happened there, and what it was not told to end.
 * @throws what `Orders.give` throws
 */
export async function compareWith(nodeId: string, deps: ComparisonDeps): Promise<void> {
  const { orders, routers, homes, streams } = deps;
  // What is there later than this may be missing in the answer.
  const asked = routers.all.filter((router) => router.nodeId === nodeId);
  const records = streams.all;
  const { routers: found } = await orders.give(nodeId, 'inventory', {});
  if (deps.isClosed()) return;
  orders.forgetLost(nodeId);
  const lost: RouterRef[] = [];
  for (const router of asked.filter((one) => routers.all.includes(one))) {
    const inventory = found.find(({ worker }) => worker === router.worker);
    if (!inventory) {
      lost.push(router);
      continue;
    }
    for (const fact of streams.missed(router, inventory, records)) deps.take(router, fact);
    for (const { participantId } of inventory.participants) {
      if (homes.all(participantId).some((home) => home.router === router)) continue;
      const { worker } = router;
      void orders.end(nodeId, 'closeParticipant', { worker, participantId });
    }
    streams.endStray(router, inventory);
  }
  if (!routers.isAwaited) {
    for (const { worker } of found) {
      if (routers.find({ nodeId, worker })) continue;
      void orders.end(nodeId, 'closeRouter', { worker });
    }
  }
  if (lost.length > 0) deps.lose(lost);
}
