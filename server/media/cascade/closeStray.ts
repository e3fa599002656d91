import type { Orders } from './Orders.ts';
import type { Found } from './readInventories.ts';

/** Closes on the nodes what nothing explains. */
export function closeStray(
  { strayParticipants, strayLinks, strayPipes }: Found,
  orders: Orders,
): void {
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
