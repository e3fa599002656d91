import { MeshGate } from './MeshGate.ts';
import { NodeProcess } from './NodeProcess.ts';
import {
  administer,
  createPostgresDatabase,
  nameOf,
  type PostgresServer,
} from './postgresDatabases.ts';
import './provided.ts';
import { RedisServer } from './redis.ts';
import { TcpProxy } from './TcpProxy.ts';

export interface ClusterShape {
  signaling?: number;
  media?: number;
  /** Of nodes of both roles. */
  all?: number;
  /** Of nodes that only mix. */
  mixers?: number;
  env?: Record<string, string>;
  /** Every node has ways of its own to Redis and to the others, which can be broken. */
  wired?: boolean;
}

/** One node's ways to the rest of the cluster. */
export interface Wires {
  readonly redis: TcpProxy;
  readonly mesh: MeshGate;
}

/** A cluster as an operator runs it: a process for each node, a Redis and a PostgreSQL of its own. */
export class ClusterOfProcesses {
  readonly redis: RedisServer;
  /** The way of every node to PostgreSQL. */
  readonly database: TcpProxy;
  readonly signaling: readonly NodeProcess[];
  readonly media: readonly NodeProcess[];
  readonly mixers: readonly NodeProcess[];
  readonly #wires: ReadonlyMap<NodeProcess, Wires>;

  /**
   * Leaves nothing running when one of the nodes does not start.
   * @param postgres in which a database is made for this cluster
   */
  static async start(
    postgres: PostgresServer,
    shape: ClusterShape = {},
  ): Promise<ClusterOfProcesses> {
    const { signaling = 2, media = 2, all = 0, mixers = 0, env = {}, wired = false } = shape;
    const [redis, databaseUrl] = await Promise.all([RedisServer.start(), createDatabase(postgres)]);
    const url = new URL(databaseUrl);
    const database = await TcpProxy.start(Number(url.port));
    url.port = new URL(database.url).port;
    const shared = { ...env, REDIS_URL: redis.url, DATABASE_URL: url.href };
    const wires = new Map<NodeProcess, Wires>();
    const startOne = async (role: string, name: string) => {
      const own = wired ? await layWires(redis) : null;
      const node = await NodeProcess.start(name, {
        ...shared,
        PARLEY_NODE_ROLE: role,
        ...(own && { ...own.mesh.env, REDIS_URL: own.redis.url.replace('http', 'redis') }),
      });
      if (own) wires.set(node, own);
      return node;
    };
    const start = (role: string, count: number) =>
      Array.from({ length: count }, (_, index) => startOne(role, `${role}-${index + 1}`));
    const starting = [
      ...[start('signaling', signaling), start('media', media), start('all', all)],
      start('mixer', mixers),
    ];
    const outcomes = await Promise.all(starting.map((nodes) => Promise.allSettled(nodes)));
    const [clients = [], workers = [], both = [], mixing = []] = outcomes.map((nodes) =>
      nodes.flatMap((node) => (node.status === 'fulfilled' ? [node.value] : [])),
    );
    const nodes = [[...clients, ...both], [...workers, ...both], mixing] as const;
    const cluster = new ClusterOfProcesses(redis, database, ...nodes, wires);
    const failed = outcomes.flat().find((outcome) => outcome.status === 'rejected');
    if (failed) {
      await cluster.close();
      throw failed.reason as Error;
    }
    return cluster;
  }

  private constructor(
    redis: RedisServer,
    database: TcpProxy,
    signaling: readonly NodeProcess[],
    media: readonly NodeProcess[],
    mixers: readonly NodeProcess[],
    wires: ReadonlyMap<NodeProcess, Wires>,
  ) {
    this.redis = redis;
    this.database = database;
    this.signaling = signaling;
    this.media = media;
    this.mixers = mixers;
    this.#wires = wires;
  }

  get nodes(): readonly NodeProcess[] {
    return [...new Set([...this.signaling, ...this.media, ...this.mixers])];
  }

  /** @throws Error in a cluster that is not wired */
  wiresOf(node: NodeProcess): Wires {
    const wires = this.#wires.get(node);
    if (!wires) throw new Error('this cluster is not wired');
    return wires;
  }

  /** Whether no part of it was broken, stopped or changed by hand: people who come are served as at first. */
  get isUndisturbed(): boolean {
    const parts = [this.redis, this.database, ...this.nodes];
    return this.#wires.size === 0 && parts.every((part) => part.isUndisturbed);
  }

  /** What the nodes have logged, for whoever looks for the cause of a failure. */
  get logs(): string {
    return this.nodes.map(({ name, log }) => `--- ${name}\n${log.join('\n')}`).join('\n');
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.close()));
    await this.redis.stop();
    this.database.close();
    for (const { redis, mesh } of this.#wires.values()) {
      redis.close();
      mesh.close();
    }
  }
}

async function layWires({ url }: RedisServer): Promise<Wires> {
  const [redis, mesh] = await Promise.all([
    TcpProxy.start(Number(new URL(url).port)),
    MeshGate.start(),
  ]);
  return { redis, mesh };
}

async function createDatabase(postgres: PostgresServer): Promise<string> {
  const database = await createPostgresDatabase(postgres, 'cluster');
  // What is committed outlives a crash of the server; the throwaway one would else lose half a second.
  const statement = 'ALTER DATABASE ?? SET synchronous_commit = on';
  await administer(postgres.url, statement, [nameOf(database)]);
  return database.href;
}
