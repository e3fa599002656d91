import type { Config } from '../config/loadConfig.ts';
import type { Logger } from '../core/logger.ts';
import type { Database } from '../db/openDatabase.ts';
import { LiveKeeper } from '../live/LiveKeeper.ts';
import { LivePushes } from '../live/LivePushes.ts';
import { LiveRooms } from '../live/LiveRooms.ts';
import type { MeetingService } from '../meetings/MeetingService.ts';
import type { KnownMixers } from './knownMixers.ts';
import type { Cluster } from './openCluster.ts';
import type { Releases } from './Releases.ts';

interface LiveDeps {
  config: Pick<Config, 'live'>;
  cluster: Cluster;
  mixers: KnownMixers;
  database: Database;
  meetings: MeetingService;
  logger: Logger;
  releases: Releases;
}

/** A node that is not in the list for so long is gone: the registry may have forgotten all of them for a moment. */
const GONE_MS = 3_000;

/** Live rooms as clients ask for them here, and the housekeeping of all of them. */
export function createLive(deps: LiveDeps): { live: LiveRooms; livePushes: LivePushes } {
  const { config, cluster, mixers, database, meetings, logger, releases } = deps;
  const { registry, failures } = cluster;
  const { choose, tell, whyNone } = mixers;
  const shared = { store: database.live, chooseMixer: choose, tell, logger, now: Date.now };
  const keeper = new LiveKeeper({ ...shared, stateOf: watchNodes(cluster) });
  releases.push('live rooms', () => keeper.close());
  failures.on('dead', () => keeper.look());
  registry.on('left', () => keeper.look());
  registry.on('marked', () => keeper.look());
  keeper.look();
  const live = new LiveRooms({ ...shared, meetings, whyNone });
  const livePushes = new LivePushes({
    ...{ rooms: live, store: database.live, most: config.live.maxPushes, tell, now: Date.now },
  });
  return { live, livePushes };
}

/** How nodes are, with proof or after a while. */
function watchNodes({ registry, failures }: Cluster) {
  const dead = new Set<string>();
  const missingSince = new Map<string, number>();
  failures.on('dead', (instanceId) => dead.add(instanceId));
  return (instanceId: string): 'there' | 'leaving' | 'gone' | 'unknown' => {
    const node = registry.find(instanceId);
    if (node) {
      dead.delete(instanceId);
      missingSince.delete(instanceId);
      return node.mark === 'draining' ? 'leaving' : 'there';
    }
    if (!registry.isReachable) return 'unknown';
    const since = missingSince.get(instanceId) ?? performance.now();
    missingSince.set(instanceId, since);
    const isGone = dead.has(instanceId) || performance.now() - since > GONE_MS;
    return isGone ? 'gone' : 'unknown';
  };
}
