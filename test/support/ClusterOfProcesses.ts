import { randomBytes } from 'node:crypto';
import knex from 'knex';
import { NodeProcess } from './NodeProcess.ts';
import './provided.ts';
import { RedisServer } from './redis.ts';
import { TcpProxy } from './TcpProxy.ts';

export interface ClusterShape {
  signaling?: number;
  media?: number;
  /** Of nodes of both roles. */
  all?: number;
  env?: Record<string, string>;
}

/** A cluster as an operator runs it: a process for each node, a Redis and a PostgreSQL of its own. */
export class ClusterOfProcesses {
  readonly redis: RedisServer;
  /** The way of every node to PostgreSQL. */
  readonly database: TcpProxy;
  readonly signaling: readonly NodeProcess[];
  readonly media: readonly NodeProcess[];

  /** @param postgresUrl of a server in which a database is made for this cluster */
  static async start(postgresUrl: string, shape: ClusterShape = {}): Promise<ClusterOfProcesses> {
    const { signaling = 2, media = 2, all = 0, env = {} } = shape;
    const [redis, databaseUrl] = await Promise.all([
      RedisServer.start(),
      createDatabase(postgresUrl),
    ]);
    const url = new URL(databaseUrl);
    const database = await TcpProxy.start(Number(url.port));
    url.port = new URL(database.url).port;
    const shared = { ...env, REDIS_URL: redis.url, DATABASE_URL: url.href };
    const start = (role: string, count: number) =>
      Array.from({ length: count }, (_, index) =>
        NodeProcess.start(`${role}-${index + 1}`, { ...shared, PARLEY_NODE_ROLE: role }),
      );
    const [clients, workers, both] = await Promise.all(
      [start('signaling', signaling), start('media', media), start('all', all)].map((nodes) =>
        Promise.all(nodes),
      ),
    );
    return new ClusterOfProcesses(
      redis,
      database,
      [...(clients ?? []), ...(both ?? [])],
      [...(workers ?? []), ...(both ?? [])],
    );
  }

  private constructor(
    redis: RedisServer,
    database: TcpProxy,
    signaling: readonly NodeProcess[],
    media: readonly NodeProcess[],
  ) {
    this.redis = redis;
    this.database = database;
    this.signaling = signaling;
    this.media = media;
  }

  get nodes(): readonly NodeProcess[] {
    return [...new Set([...this.signaling, ...this.media])];
  }

  /** What the nodes have logged, for whoever looks for the cause of a failure. */
  get logs(): string {
    return this.nodes.map(({ name, log }) => `--- ${name}\n${log.join('\n')}`).join('\n');
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.close()));
    await this.redis.stop();
    this.database.close();
  }
}

async function createDatabase(serverUrl: string): Promise<string> {
  const url = new URL(serverUrl);
  const name = `cluster_${randomBytes(6).toString('hex')}`;
  const admin = knex({ client: 'pg', connection: url.href });
  await admin.raw('CREATE DATABASE ??', [name]);
  await admin.destroy();
  url.pathname = `/${name}`;
  return url.href;
}
