import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import type { WebrtcConfig } from '../protocol/notifications.ts';
import type { RtpCapabilities } from '../protocol/rtp.ts';
import { AuthService } from './auth/AuthService.ts';
import { iceServersFor } from './auth/iceServers.ts';
import { RateLimits } from './auth/RateLimits.ts';
import { MemoryLeaseStore } from './cluster/LeaseStore.ts';
import { localAddresses } from './config/addresses.ts';
import { DataDir } from './config/DataDir.ts';
import type { Config } from './config/loadConfig.ts';
import { loadTls, type TlsFiles } from './config/tls.ts';
import { createLogger, type Logger } from './core/logger.ts';
import { openDatabase, type Database } from './db/openDatabase.ts';
import { createHttpApp } from './http/createHttpApp.ts';
import { MediaCascade, type MediaCascadeOptions } from './media/cascade/MediaCascade.ts';
import { listenAddresses } from './media/listenAddresses.ts';
import { LocalMediaNodes } from './media/LocalMediaNodes.ts';
import { MediaNode } from './media/MediaNode.ts';
import { MeetingManager } from './meetings/MeetingManager.ts';
import { PasscodeGate } from './meetings/PasscodeGate.ts';
import { createMetrics } from './metrics/createMetrics.ts';
import { createSignaling } from './signaling/createSignaling.ts';

/** How long `/readyz` waits for the database. */
const PING_TIMEOUT_MS = 1_000;

export interface ParleyServer {
  readonly port: number;
  readonly secure: boolean;
  readonly media: MediaNode;
  readonly cascade: MediaCascade;
  readonly meetings: MeetingManager;
  /** Tells the clients, ends every stay and releases everything. Idempotent. */
  close(): Promise<void>;
}

/** Parts that are made otherwise than the configuration says. */
export type ServerParts = Pick<MediaCascadeOptions, 'placement'>;

/**
 * Builds a whole server from its configuration and listens. What was begun is released again when a
 * later part cannot be made.
 * @throws DataDirError, DatabaseError, ConfigError, or the error of a port that cannot be used
 */
export async function createServer(config: Config, parts: ServerParts = {}): Promise<ParleyServer> {
  const logger = createLogger(config.log.level, logFormat(config));
  /** Undone in reverse order. */
  const releases: (() => unknown)[] = [];
  const releaseAll = async (): Promise<void> => {
    for (const release of releases.splice(0).reverse()) await release();
  };
  try {
    return await build(config, parts, logger, releases, releaseAll);
  } catch (error) {
    await releaseAll();
    throw error;
  }
}

async function build(
  config: Config,
  parts: ServerParts,
  logger: Logger,
  releases: (() => unknown)[],
  releaseAll: () => Promise<void>,
): Promise<ParleyServer> {
  const dataDir = await DataDir.open(config.server.dataDir);
  releases.push(() => dataDir.release());
  const tls = await loadTls(config, dataDir);
  const jwtSecret = config.auth.jwtSecret ?? (await dataDir.keepSecret('jwt-secret'));
  // Workers and the database start side by side: each takes most of a second.
  const [media, database] = await openBoth(config, logger, releases);

  const rateLimits = new RateLimits(config.limits);
  const auth = new AuthService({
    users: database.users,
    sessions: database.sessions,
    rateLimits,
    logger,
    jwtSecret,
    sessionTtlDays: config.auth.sessionTtlDays,
    guestTtlHours: config.auth.guestTtlHours,
  });
  releases.push(() => auth.close());
  const metrics = createMetrics();

  const edge = createEdge(tls);
  const signaling = createSignaling(edge.server, {
    auth,
    rateLimits,
    logger,
    observe: metrics.observeRequest,
    requestRate: config.limits.requestsPerConnection,
    trustProxy: config.server.trustProxy,
    allowedOrigins: allowedOrigins(config),
  });
  releases.push(() => signaling.close());

  const instanceId = randomUUID();
  const cascade = new MediaCascade({
    nodes: new LocalMediaNodes(instanceId, media),
    owner: instanceId,
    logger,
    ...parts,
  });
  releases.push(() => cascade.close());
  const meetings = new MeetingManager({
    media: cascade,
    mediaEvents: cascade,
    meetings: database.meetings,
    participants: database.participants,
    admissions: database.admissions,
    decisions: database.decisions,
    roles: database.roles,
    audits: database.audit,
    fanout: signaling.fanout,
    leases: new MemoryLeaseStore(),
    passcodes: new PasscodeGate(rateLimits),
    async assertMayWait({ meetingId, userId, deviceId }) {
      // Neither another name in the same browser nor another browser makes somebody new.
      await rateLimits.consume('waitingRoomPerPerson', `${meetingId} user ${userId}`);
      if (deviceId === null) return;
      await rateLimits.consume('waitingRoomPerPerson', `${meetingId} device ${deviceId}`);
    },
    logger,
    now: Date.now,
    webrtcConfig: webrtcConfigOf(config),
    reconnectGraceMs: config.meetings.reconnectGraceMs,
    reloadGraceMs: config.meetings.reloadGraceMs,
    waitingGraceMs: config.meetings.waitingGraceMs,
    hostGraceMs: config.meetings.hostGraceMs,
    earlyStartMs: config.meetings.earlyStartMs,
    emptyTtlMs: config.meetings.emptyMeetingTtlMs,
    defaultCapacity: config.meetings.defaultCapacity,
    maxCapacity: config.meetings.maxCapacity,
  });
  releases.push(() => meetings.close());
  metrics.watch({
    meetings: () => meetings.liveMeetings.length,
    connections: signaling.connections,
    media: () => media.stats(),
  });

  // Stays that an earlier process could not end when it was killed.
  const orphaned = await database.participants.closeAllOpen(Date.now());
  if (orphaned > 0) logger.info({ count: orphaned }, 'stays of an earlier process ended');
  meetings.awaitReturns();

  let draining = false;
  edge.serve(
    createHttpApp({
      config,
      auth,
      rateLimits,
      meetings,
      logger,
      metrics: metrics.render,
      observe: metrics.observeHttp,
      ready: () => problemsOf(draining, media, database),
      secure: tls !== null,
    }).callback(),
  );
  signaling.serve(meetings);
  await listen(edge.server, config);

  let closing: Promise<void> | undefined;
  return {
    port: (edge.server.address() as AddressInfo).port,
    secure: tls !== null,
    media,
    cascade,
    meetings,
    close() {
      draining = true;
      signaling.announceShutdown();
      closing ??= releaseAll();
      return closing;
    },
  };
}

async function openBoth(
  config: Config,
  logger: Logger,
  releases: (() => unknown)[],
): Promise<[MediaNode, Database]> {
  const [media, database] = await Promise.allSettled([
    MediaNode.create(mediaOptions(config), logger),
    openDatabase(config),
  ]);
  // Both have ended: whichever came up is released, whichever failed is told.
  if (database.status === 'fulfilled') releases.push(() => database.value.close());
  if (media.status === 'fulfilled') releases.push(() => media.value.close());
  if (media.status === 'rejected') throw media.reason;
  if (database.status === 'rejected') throw database.reason;
  return [media.value, database.value];
}

function mediaOptions({ media }: Config): Parameters<typeof MediaNode.create>[0] {
  const { listenAddress, announcedAddresses } = media;
  return {
    workers: {
      count: media.workers === 0 ? availableParallelism() : media.workers,
      listen: listenAddresses(listenAddress, announcedAddresses, localAddresses('IPv4')),
      basePort: media.basePort,
      logLevel: media.logLevel,
    },
    videoCodecs: media.videoCodecs,
    initialOutgoingBitrate: media.initialOutgoingBitrate,
    maxIncomingBitrate: media.maxIncomingBitrate,
    maxOutgoingBitrate: media.maxOutgoingBitrate,
    consumerStaleMs: media.consumerStaleMs,
  };
}

function webrtcConfigOf({ media, ice }: Config) {
  const publish = {
    videoCodec: media.preferredVideoCodec,
    cameraLayers: media.cameraLayers.map((layer) => ({ ...layer })),
    screenMaxBitrate: media.screenMaxBitrate,
    audioMaxBitrate: media.audioMaxBitrate,
  };
  return (rtpCapabilities: RtpCapabilities, meetingId: string): WebrtcConfig => ({
    routerRtpCapabilities: rtpCapabilities,
    iceServers: iceServersFor(ice, meetingId, Date.now()),
    iceTransportPolicy: ice.policy,
    publish,
  });
}

type RequestListener = (request: IncomingMessage, response: ServerResponse) => unknown;

/**
 * The listening side. Socket.IO takes its requests out of those of the server as it finds it, so the
 * listener is in place from the start and answered for later.
 */
function createEdge(tls: TlsFiles | null): {
  server: HttpServer | HttpsServer;
  serve: (listener: RequestListener) => void;
} {
  let current: RequestListener = (_request, response) => response.writeHead(503).end();
  const listener: RequestListener = (request, response) => current(request, response);
  return {
    server: tls ? createHttpsServer({ ...tls }, listener) : createHttpServer(listener),
    serve(next) {
      current = next;
    },
  };
}

async function listen(server: HttpServer | HttpsServer, { server: { port, host } }: Config) {
  server.listen({ port, ...(host !== null && { host }) });
  await once(server, 'listening');
}

/** Why the server should get no new clients; empty when it should. */
async function problemsOf(
  draining: boolean,
  media: MediaNode,
  database: Database,
): Promise<string[]> {
  const problems: string[] = [];
  if (draining) problems.push('draining');
  if (media.workers.length === 0) problems.push('no media worker is alive');
  const answered = await Promise.race([
    database.ping().then(
      () => true,
      () => false,
    ),
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
