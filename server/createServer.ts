import { EventEmitter } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebhookAdmin } from './admin/WebhookAdmin.ts';
import { AuthService } from './auth/AuthService.ts';
import { Operators } from './auth/Operators.ts';
import { checkSessions } from './compose/checkSessions.ts';
import { collectOrphans } from './compose/collectOrphans.ts';
import { createEdge, listen } from './compose/createEdge.ts';
import { createListening } from './compose/createListening.ts';
import { createLive } from './compose/createLive.ts';
import { createMeetings, hasSuccessor, type Meetings } from './compose/createMeetings.ts';
import { createRecordings } from './compose/createRecordings.ts';
import { createTalk } from './compose/createTalk.ts';
import { knownMixers } from './compose/knownMixers.ts';
import { MediaDrain } from './compose/MediaDrain.ts';
import { serveMedia } from './compose/MeshMediaNodes.ts';
import { openBase, type Base } from './compose/openBase.ts';
import { openCluster, type Cluster } from './compose/openCluster.ts';
import { openMedia } from './compose/openMedia.ts';
import { openMixer, type Mixing } from './compose/openMixer.ts';
import { openRateLimits } from './compose/openRateLimits.ts';
import { reportOn } from './compose/reportOn.ts';
import { Releases } from './compose/Releases.ts';
import { syncAfterLosses } from './compose/syncAfterLosses.ts';
import { drainWhenMarked, giveAway, sendOnWhenIsolated } from './compose/sendClientsOn.ts';
import type { Config } from './config/loadConfig.ts';
import { createLogger, type Logger } from './core/logger.ts';
import type { Database } from './db/openDatabase.ts';
import { createHttpApp } from './http/createHttpApp.ts';
import { createOperationsApp } from './http/createOperationsApp.ts';
import type { MediaCascade, MediaCascadeOptions } from './media/cascade/MediaCascade.ts';
import type { MediaNode } from './media/MediaNode.ts';
import type { MeetingManager } from './meetings/MeetingManager.ts';
import { createMetrics, type Metrics } from './metrics/createMetrics.ts';
import type { ClientEvents } from './signaling/ClientEvents.ts';
import { MixFiles } from './live/MixFiles.ts';
import { createSignaling, type Signaling } from './signaling/createSignaling.ts';
import { createDeliveries } from './signaling/MeshDeliveries.ts';
import { endpointsOf } from './webhooks/endpoints.ts';
import { Webhooks } from './webhooks/Webhooks.ts';

/** How long `/readyz` waits for the database. */
const PING_TIMEOUT_MS = 1_000;

export interface ParleyServer {
  readonly port: number;
  readonly secure: boolean;
  /** New for every start. */
  readonly instanceId: string;
  /** Null on a node without media. */
  readonly media: MediaNode | null;
  /** Null, as the next, on a node with nothing but media. */
  readonly meetings: MeetingManager | null;
  readonly cascade: MediaCascade | null;
  /**
   * Of a node with media, in a cluster: gives away its meetings, then its media. Settles when all of it
   * is elsewhere, when `node.drainTimeoutMs` is over, or when `hurry` is aborted. Any other node has
   * nothing to wait for.
   */
  drain(hurry: AbortSignal): Promise<void>;
  /** Tells the clients, ends or hands over every stay, and releases everything. Idempotent. */
  close(): Promise<void>;
  /** What `close` is busy with, for people. */
  busyWith(): string;
}

/** Parts that are made otherwise than the configuration says. */
export type ServerParts = Pick<MediaCascadeOptions, 'placement'>;

/** Everything of a node, as it comes up. */
interface Parts {
  config: Config;
  overrides: ServerParts;
  logger: Logger;
  releases: Releases;
  metrics: Metrics;
  base: Base;
  media: MediaNode | null;
  cluster: Cluster;
  /** Null on a node that mixes nothing. */
  mixing: Mixing | null;
  mixes: MixFiles;
}

/**
 * Builds a whole server from its configuration and listens. What was begun is released again when a
 * later part cannot be made.
 * @throws DataDirError, DatabaseError, RedisError, ConfigError, or the error of a port that cannot be used
 */
export async function createServer(
  config: Config,
  overrides: ServerParts = {},
): Promise<ParleyServer> {
  const logger = createLogger(config.log.level, logFormat(config));
  const releases = new Releases();
  try {
    return await build({ config, overrides, logger, releases });
  } catch (error) {
    await releases.releaseAll();
    throw error;
  }
}

async function build(
  begun: Pick<Parts, 'config' | 'overrides' | 'logger' | 'releases'>,
): Promise<ParleyServer> {
  const { config, logger, releases } = begun;
  const [base, media] = await openBoth(config, logger, releases);
  const metrics = createMetrics();
  const { clusterSecret } = base;
  const cluster = await openCluster(config, clusterSecret, logger, releases, metrics.mesh);
  const { database } = base;
  const mixing = database && openMixer({ config, cluster, database, logger, releases });
  const mixes = new MixFiles({
    ...{ self: cluster.registry.self.instanceId, mesh: cluster.mesh },
    ...{ outputs: mixing?.host ?? null, now: Date.now },
  });
  const parts: Parts = { ...begun, metrics, base, media, cluster, mixing, mixes };
  if (media) {
    serveMedia(cluster.mesh, media);
    collectOrphans(media, cluster, logger, releases);
  }
  const mediaDrain = media && drainInCluster(media, parts);
  const edge = createEdge(base.tls);
  void database?.indexChat(logger);
  let draining = false;
  const met = servesClients(config) ? meetMedia(cluster) : () => true;
  const ready = async (): Promise<string[]> => {
    const { registry } = cluster;
    const mark = registry.find(registry.self.instanceId)?.mark;
    const problems = await problemsOf(draining || mark === 'draining', parts);
    if (cluster.isolation.isIsolated) problems.push('cut off from all other nodes');
    return met() ? problems : [...problems, 'no node with media is known yet'];
  };
  const signaling =
    database && servesClients(config) ? serveClients(parts, database, edge, ready) : null;
  if (!signaling) {
    const { render } = metrics;
    edge.serve(createOperationsApp({ config, logger, ready, metrics: render }).callback());
    releases.push('probes', () => edge.server.close());
  }
  if (signaling) {
    drainWhenMarked(signaling, parts, () => draining);
    sendOnWhenIsolated(signaling, parts, () => draining);
  }
  reportOn(parts, signaling);
  await listen(edge.server, config);
  signaling?.edge.serve();
  signaling?.meetings.reconcile();

  const close = async (): Promise<void> => {
    if (signaling && hasSuccessor(cluster)) await giveAway(signaling, parts);
    await releases.releaseAll();
  };
  let closing: Promise<void> | undefined;
  return {
    port: (edge.server.address() as AddressInfo).port,
    secure: base.tls !== null,
    instanceId: cluster.registry.self.instanceId,
    media,
    meetings: signaling?.meetings.manager ?? null,
    cascade: signaling?.meetings.cascade ?? null,
    async drain(hurry) {
      draining = true;
      // Where nobody could go on with the meetings of this node they end, and their media with them.
      if (!mediaDrain || (signaling && !hasSuccessor(cluster))) return;
      signaling?.edge.announceShutdown();
      // Owners that stay move what is here; this one would go in the middle of it.
      if (signaling) await giveAway(signaling, parts);
      await mediaDrain.leave(hurry);
    },
    close() {
      draining = true;
      signaling?.edge.announceShutdown();
      closing ??= close();
      return closing;
    },
    busyWith() {
      return releases.current ?? 'meetings and clients that go on elsewhere';
    },
  };
}

/** Others answer probes only. */
function servesClients({ node }: Config): boolean {
  return node.role === 'all' || node.role === 'signaling';
}

/** A node that is alone has nobody to give its media to. */
function drainInCluster(
  media: MediaNode,
  { config, cluster, logger, releases }: Parts,
): MediaDrain | null {
  if (config.cluster.redisUrl === null) return null;
  const { registry } = cluster;
  const drain = new MediaDrain({
    ...{ media, registry, logger },
    timeoutMs: config.node.drainTimeoutMs,
  });
  releases.push('drain', () => drain.close());
  return drain;
}

/** Everything that a node does which clients talk to. */
function serveClients(
  { config, overrides, cluster, base, mixes, logger, releases, metrics }: Parts,
  database: Database,
  edge: ReturnType<typeof createEdge>,
  ready: () => Promise<string[]>,
): { edge: Signaling; meetings: Meetings; webhooks: Webhooks } {
  const webhooks = new Webhooks({
    store: database.deliveries,
    config: config.webhooks,
    observe: metrics.observeWebhook,
    logger,
  });
  releases.push('webhooks', () => webhooks.close());
  const rateLimits = openRateLimits(config.limits, cluster.redis, base.clusterSecret);
  const auth = new AuthService({
    ...{ users: database.users, sessions: database.sessions, rateLimits, logger },
    jwtSecret: base.jwtSecret,
    sessionTtlDays: config.auth.sessionTtlDays,
    guestTtlHours: config.auth.guestTtlHours,
  });
  releases.push('sessions', () => auth.close());
  shareRevocations(auth, cluster);
  const meetings = createMeetings({
    ...{ config, overrides, cluster, database, rateLimits, logger, releases },
  });
  const { failures, mesh, registry } = cluster;
  const clients = new EventEmitter<ClientEvents>();
  const deliveries = createDeliveries(mesh, registry);
  const talk = createTalk({
    ...{ config, auth, cluster, database, clients, meetings, rateLimits, metrics },
    ...{ logger, releases, deliveries },
  });
  const signaling = createSignaling(edge, {
    ...{ auth, rateLimits, mesh, logger },
    owners: meetings.owners,
    meetings: meetings.service,
    userHandlers: talk.handlers,
    clients,
    self: registry.self.instanceId,
    observe: metrics.observeRequest,
    requestRate: config.limits.requestsPerConnection,
    trustProxy: config.server.trustProxy,
    allowedOrigins: allowedOrigins(config),
  });
  releases.push('signaling', () => signaling.close());
  checkSessions(auth, signaling.sessions, config.auth.sessionCheckSec, { logger, releases });
  // While there are connections: whoever is in a meeting is told of its end.
  releases.push('meetings', () => meetings.close());
  failures.on('dead', (node) => signaling.recoverFrom(node));
  mesh.on('link-up', (node) => signaling.recoverFrom(node));
  syncAfterLosses(signaling, cluster);
  const mixers = knownMixers(cluster);
  edge.serve(
    createHttpApp({
      ...{ config, auth, rateLimits, logger, ready },
      operators: new Operators(auth, config.admin),
      meetings: meetings.service,
      calls: talk.calls,
      admin: meetings.admin,
      chat: talk.chat,
      webhookAdmin: new WebhookAdmin({
        store: database.deliveries,
        endpoints: endpointsOf(config.webhooks),
        audit: meetings.audit,
      }),
      people: talk.people.service,
      deletion: talk.deletion,
      ...createLive({
        config,
        ...{ cluster, mixers, database, logger, releases },
        meetings: meetings.service,
      }),
      ...createRecordings({
        ...{ config, cluster, mixers, database, deliveries, logger, releases },
        ...{ meetings: meetings.service, jwtSecret: base.jwtSecret },
      }),
      ...createListening({
        ...{ config, cluster, mixes, rateLimits, logger },
        store: database.live,
        jwtSecret: base.jwtSecret,
      }),
      metrics: metrics.render,
      observe: metrics.observeHttp,
      secure: base.tls !== null,
    }).callback(),
  );
  return { edge: signaling, meetings, webhooks };
}

/** Whoever signs out is cut off on every node; a node that cannot be told finds out when it asks the database again. */
function shareRevocations(auth: AuthService, { mesh, registry }: Cluster): void {
  const operation = 'session/revoked';
  mesh.serve(operation, (sessionId) => auth.handleRevoked(sessionId as string));
  auth.events.on('session-ended-here', (sessionId) => {
    for (const { instanceId, roles } of registry.nodes) {
      const other = instanceId !== registry.self.instanceId && roles.includes('signaling');
      if (other) mesh.tell(instanceId, operation, sessionId);
    }
  });
}

async function openBoth(
  config: Config,
  logger: Logger,
  releases: Releases,
): Promise<[Base, MediaNode | null]> {
  // Workers and the database start side by side: each takes most of a second.
  const [media, base] = await Promise.allSettled([
    config.node.role === 'signaling' ? null : openMedia(config, logger),
    openBase(config, releases),
  ]);
  // Both have ended: whichever came up is released, whichever failed is told.
  if (media.status === 'fulfilled') releases.push('media', () => media.value?.close());
  if (media.status === 'rejected') throw media.reason;
  if (base.status === 'rejected') throw base.reason;
  return [base.value, media.value];
}

/**
 * Whether there has ever been a node to put a meeting's media on: at the start of a cluster nodes
 * know of each other a heartbeat later, and clients that come before are refused. A later loss of all
 * media is told to people by the meetings' pages, which a node that counts as ready can still serve.
 */
function meetMedia({ registry }: Cluster): () => boolean {
  let met = false;
  return () =>
    (met ||= registry.nodes.some(
      ({ roles, workers }) => roles.includes('media') && workers.length > 0,
    ));
}

/** Why the server should get no new clients; empty when it should. */
async function problemsOf(
  draining: boolean,
  { base: { database }, media }: Pick<Parts, 'base' | 'media'>,
): Promise<string[]> {
  const problems: string[] = [];
  if (draining) problems.push('draining');
  if (media?.workers.length === 0) problems.push('no media worker is alive');
  const answered = await Promise.race([
    database?.ping().then(
      () => true,
      () => false,
    ) ?? true,
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), PING_TIMEOUT_MS).unref()),
  ]);
  if (!answered) problems.push('the database does not answer');
  return problems;
}

function allowedOrigins({ server }: Config): string[] {
  const own = server.publicUrl === null ? [] : [new URL(server.publicUrl).origin];
  return [...own, ...server.corsOrigins];
}

function logFormat({ log }: Config): 'json' | 'pretty' {
  if (log.format !== 'auto') return log.format;
  return process.stdout.isTTY ? 'pretty' : 'json';
}
