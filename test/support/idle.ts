import type { NodeLoad } from '../../server/cluster/NodeRegistry.ts';

/** What a node reports that has nothing to do, and no workers. */
export const IDLE: NodeLoad = {
  load: 0,
  meetings: 0,
  connections: 0,
  routers: 0,
  participants: 0,
  workers: [],
  mixerCapacity: 0,
};
