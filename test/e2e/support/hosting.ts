import { inject } from 'vitest';
import { databaseEnv } from '../../support/backends.ts';
import { ClusterOfProcesses } from '../../support/ClusterOfProcesses.ts';
import { spread } from '../../support/placements.ts';
import { startTestServer } from '../../support/TestServer.ts';

/** What a meeting takes place on. */
export interface Host {
  /** Of its API. */
  readonly url: string;
  /** Where the next visitor finds it: at another node than the one before, if there are several. */
  entrance(): string;
  /** Routers that are open. */
  routers(): Promise<number>;
  close(): Promise<void>;
}

/** A way of running Parley that a meeting must not notice. */
export interface Arrangement {
  where: string;
  /** @param env configuration as environment variables, over that of the arrangement */
  start: (env?: Record<string, string>) => Promise<Host>;
}

export const ONE_WORKER: Arrangement = {
  where: 'on one worker and the embedded database',
  start: (env = {}) => startOne(env, {}),
};
export const TWO_WORKERS: Arrangement = {
  where: 'split over two workers, on PostgreSQL',
  start: async (env = {}) => {
    const own = { ...(await databaseEnv('PostgreSQL')), PARLEY_MEDIA_WORKERS: '2' };
    return startOne({ ...own, ...env }, { placement: spread() });
  },
};
export const CLUSTER: Arrangement = { where: 'on a cluster', start: startCluster };

/** With `PARLEY_E2E_ON=cluster` on a cluster alone. */
export function arrangements(usual: readonly Arrangement[]): readonly Arrangement[] {
  const asked = process.env['PARLEY_E2E_ON'];
  if (asked === undefined) return usual;
  if (asked !== 'cluster') throw new Error(`PARLEY_E2E_ON may be cluster, and is ${asked}`);
  return [CLUSTER];
}

async function startOne(...how: Parameters<typeof startTestServer>): Promise<Host> {
  const server = await startTestServer(...how);
  return {
    url: server.url,
    entrance: () => server.url,
    async routers() {
      const dumps = await Promise.all(server.media.workers.map(({ worker }) => worker.dump()));
      return dumps.flatMap(({ routerIds }) => routerIds).length;
    },
    close: () => server.close(),
  };
}

async function startCluster(env: Record<string, string> = {}): Promise<Host> {
  const cluster = await ClusterOfProcesses.start(inject('postgres'), { env });
  let visitors = 0;
  const entrance = (): string => {
    const { signaling } = cluster;
    return signaling[visitors++ % signaling.length]?.url ?? '';
  };
  return {
    url: entrance(),
    entrance,
    async routers() {
      const counts = cluster.media.map(async ({ url }) => {
        const metrics = await (await fetch(`${url}/metrics`)).text();
        return Number(/^parley_routers (\d+)/m.exec(metrics)?.[1]);
      });
      return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
    },
    close: () => cluster.close(),
  };
}
