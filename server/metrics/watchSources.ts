import { Counter, Gauge, type Registry } from 'prom-client';

/** Read at every scrape: what is cheap to look at. */
export interface MetricSources {
  /** What this node tells of itself. */
  node: () => {
    name: string;
    version: string;
    mark: 'ready' | 'cordoned' | 'draining';
    load: number;
  };
  /** Nodes that are alive as far as this one knows, and whether the registry answers. */
  cluster: () => { nodes: number; isRegistryReachable: boolean };
  /** Of the meetings that this node owns. */
  meetings: () => {
    live: number;
    participants: number;
    waiting: number;
    /** Since the start. */
    takenOver: number;
    lost: number;
    /** Meetings without an owner that are being looked after. */
    repairs: number;
  };
  connections: () => number;
  /** Null without media. */
  media: () => {
    workers: readonly { index: number; load: number }[];
    workerDeaths: number;
    routers: number;
    participants: number;
    producers: number;
    consumers: number;
  } | null;
  /** Media workers that the configuration asks for. */
  workersWanted: number;
  /** Null on a node that mixes nothing. */
  mixing: () => { size: number; capacity: number } | null;
  /** What is still to be told to endpoints, on all nodes together; null where none is told. */
  webhooks: () => { pending: number; oldestMs: number } | null;
  /** Errors since the start. */
  database: () => { errors: number };
  /** Null without Redis. */
  redis: () => { isReady: boolean; errors: number; losses: number } | null;
}

const MARKS = ['ready', 'cordoned', 'draining'] as const;

export function watchSources(registers: Registry[], sources: MetricSources): void {
  const { node, cluster, meetings, connections, media, mixing } = sources;
  const { webhooks, database, redis } = sources;
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  /** What somebody else counts. */
  const counter = (name: string, help: string, read: () => number): void => {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  };

  new Gauge({
    name: 'parley_node_info',
    help: '1, with the name and version of the node',
    labelNames: ['name', 'version'] as const,
    registers,
    collect() {
      const { name, version } = node();
      this.set({ name, version }, 1);
    },
  });
  new Gauge({
    name: 'parley_node_mark',
    help: '1 for the mark that the node has, 0 for the others',
    labelNames: ['mark'] as const,
    registers,
    collect() {
      const { mark } = node();
      for (const one of MARKS) this.set({ mark: one }, one === mark ? 1 : 0);
    },
  });
  gauge('parley_node_load_ratio', 'Share of its media workers in use', () => node().load);
  gauge('parley_nodes', 'Nodes of the cluster that this one knows, itself included', () => {
    return cluster().nodes;
  });
  gauge('parley_registry_reachable', '1 while the registry of nodes answers, else 0', () =>
    toNumber(cluster().isRegistryReachable),
  );

  gauge('parley_meetings', 'Meetings that the node owns', () => meetings().live);
  gauge('parley_meeting_participants', 'People in the meetings that the node owns', () => {
    return meetings().participants;
  });
  gauge('parley_meeting_waiting', 'People who wait to be let into them', () => meetings().waiting);
  counter(
    'parley_meeting_takeovers_total',
    'Meetings with people in them that the node became the owner of',
    () => meetings().takenOver,
  );
  counter(
    'parley_meetings_lost_total',
    'Meetings that another node turned out to own',
    () => meetings().lost,
  );
  gauge('parley_repairs_pending', 'Meetings without an owner that are being looked after', () => {
    return meetings().repairs;
  });
  gauge('parley_connections', 'Socket.IO connections', connections);

  gauge('parley_participants', 'Participants with media here', () => media()?.participants ?? 0);
  gauge('parley_producers', 'Producers', () => media()?.producers ?? 0);
  gauge('parley_consumers', 'Consumers', () => media()?.consumers ?? 0);
  gauge('parley_routers', 'Routers', () => media()?.routers ?? 0);
  gauge('parley_workers', 'Media workers alive', () => media()?.workers.length ?? 0);
  gauge('parley_workers_wanted', 'Media workers configured', () => sources.workersWanted);
  counter('parley_worker_deaths_total', 'Media workers that died or hung since the start', () => {
    return media()?.workerDeaths ?? 0;
  });
  new Gauge({
    name: 'parley_worker_load_ratio',
    help: 'Share of what a media worker can forward that is in use',
    labelNames: ['worker'] as const,
    registers,
    collect() {
      this.reset();
      for (const { index, load } of media()?.workers ?? []) this.set({ worker: index }, load);
    },
  });

  gauge('parley_mixes', 'Meetings that the node mixes, for listeners or recordings', () => {
    return mixing()?.size ?? 0;
  });
  gauge('parley_mixer_capacity', 'Meetings that the node can mix at a time', () => {
    return mixing()?.capacity ?? 0;
  });
  gauge('parley_webhooks_pending', 'Webhooks to be delivered, of all nodes together', () => {
    return webhooks()?.pending ?? 0;
  });
  gauge(
    'parley_webhook_oldest_pending_seconds',
    'How long ago the oldest of them happened',
    () => (webhooks()?.oldestMs ?? 0) / 1_000,
  );

  counter('parley_database_errors_total', 'Queries that the database refused or lost', () => {
    return database().errors;
  });
  if (redis() === null) return;
  gauge('parley_redis_up', '1 while Redis is connected, else 0', () =>
    toNumber(redis()?.isReady ?? false),
  );
  counter('parley_redis_errors_total', 'Commands that Redis refused or did not answer', () => {
    return redis()?.errors ?? 0;
  });
  counter('parley_redis_connection_losses_total', 'Connections to Redis that were lost', () => {
    return redis()?.losses ?? 0;
  });
}

function toNumber(yes: boolean): number {
  return yes ? 1 : 0;
}
