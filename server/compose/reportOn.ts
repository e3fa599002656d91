import type { Config } from '../config/loadConfig.ts';
import type { Database } from '../db/openDatabase.ts';
import type { MediaNode } from '../media/MediaNode.ts';
import type { Metrics } from '../metrics/createMetrics.ts';
import type { Signaling } from '../signaling/createSignaling.ts';
import type { Webhooks } from '../webhooks/Webhooks.ts';
import type { Meetings } from './createMeetings.ts';
import type { Cluster } from './openCluster.ts';
import type { Mixing } from './openMixer.ts';
import { workerCountOf } from './openMedia.ts';

interface Reported {
  config: Config;
  cluster: Cluster;
  media: MediaNode | null;
  base: { database: Database | null };
  metrics: Metrics;
  mixing: Mixing | null;
}

/** Has the node tell of itself, to operators and to other nodes. */
export function reportOn(
  { config, cluster, media, base, metrics, mixing }: Reported,
  signaling: { edge: Signaling; meetings: Meetings; webhooks: Webhooks } | null,
): void {
  const { registry, redis } = cluster;
  const owned = () => signaling?.meetings.manager.liveMeetings ?? [];
  const connections = (): number => signaling?.edge.connections() ?? 0;
  const load = (): number => {
    const workers = media?.loads ?? [];
    return workers.reduce((sum, worker) => sum + worker.load, 0) / (workers.length || 1);
  };
  cluster.report(() => {
    const { routers, participants } = media?.stats() ?? { routers: 0, participants: 0 };
    return {
      load: load(),
      meetings: owned().length,
      connections: connections(),
      routers,
      participants,
      workers: media?.loads ?? [],
      mixerCapacity: mixing?.capacity() ?? 0,
    };
  });
  metrics.watch({
    node() {
      const { instanceId, name, version } = registry.self;
      return { name, version, mark: registry.find(instanceId)?.mark ?? 'ready', load: load() };
    },
    cluster: () => ({
      nodes: registry.nodes.length,
      isRegistryReachable: registry.isReachable,
    }),
    meetings() {
      const overviews = owned().map(({ overview }) => overview);
      return {
        live: overviews.length,
        participants: overviews.reduce((sum, { participants }) => sum + participants, 0),
        waiting: overviews.reduce((sum, { waiting }) => sum + waiting, 0),
        ...(signaling?.meetings.manager.counts ?? { takenOver: 0, lost: 0 }),
        repairs: signaling?.meetings.repairs() ?? 0,
      };
    },
    connections,
    media: () => media && { ...media.stats(), workers: media.loads },
    workersWanted: media ? workerCountOf(config.media) : 0,
    mixing: () => mixing && { size: mixing.host.size, capacity: mixing.capacity() },
    webhooks: () => signaling?.webhooks.backlog ?? null,
    database: () => ({ errors: base.database?.errors ?? 0 }),
    redis: () => redis && { isReady: redis.isReady, ...redis.counts },
  });
}
