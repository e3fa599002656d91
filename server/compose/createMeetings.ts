import { AdminService } from '../admin/AdminService.ts';
import { OperatorAudit } from '../admin/OperatorAudit.ts';
import type { RateLimits } from '../auth/RateLimits.ts';
import type { Config } from '../config/loadConfig.ts';
import type { Logger } from '../core/logger.ts';
import type { Database } from '../db/openDatabase.ts';
import { MediaCascade, type MediaCascadeOptions } from '../media/cascade/MediaCascade.ts';
import { MeetingManager } from '../meetings/MeetingManager.ts';
import { MeetingService } from '../meetings/MeetingService.ts';
import { Owners } from '../meetings/Owners.ts';
import { PasscodeGate } from '../meetings/PasscodeGate.ts';
import { Reconciler } from '../meetings/Reconciler.ts';
import { serveOwned } from '../meetings/serveOwned.ts';
import { answerRequests } from '../signaling/answerRequests.ts';
import { openFanout } from '../signaling/fanoutOrders.ts';
import { MeshMediaNodes } from './MeshMediaNodes.ts';
import type { Cluster } from './openCluster.ts';
import { webrtcConfigOf } from './openMedia.ts';
import type { Releases } from './Releases.ts';

export interface Meetings {
  /** Those that this node owns. */
  manager: MeetingManager;
  owners: Owners;
  service: MeetingService;
  admin: AdminService;
  audit: OperatorAudit;
  cascade: MediaCascade;
  /** Meetings without an owner that are being looked after. */
  repairs(): number;
  /** Takes over what nobody owns, from now on. */
  reconcile(): void;
  /** Ends every stay. */
  close(): Promise<void>;
  /** Other nodes go on with what is live here. */
  handOver(): Promise<void>;
}

interface MeetingsDeps {
  config: Config;
  overrides: Pick<MediaCascadeOptions, 'placement'>;
  cluster: Cluster;
  database: Database;
  rateLimits: RateLimits;
  logger: Logger;
  releases: Releases;
}

/** The meetings that this node owns, and the way to those that others do. */
export function createMeetings(deps: MeetingsDeps): Meetings {
  const { config, overrides, cluster, database, rateLimits, logger, releases } = deps;
  const { registry, leases, hotState, mesh, failures } = cluster;
  const { instanceId, region } = registry.self;
  const cascade = new MediaCascade({
    nodes: new MeshMediaNodes(registry, mesh, failures),
    owner: instanceId,
    region,
    workerCapacityPps: config.media.workerCapacityPps,
    logger,
    shareOfMoves: () =>
      1 / Math.max(1, registry.nodes.filter(({ meetings }) => meetings > 0).length),
    ...overrides,
  });
  releases.push('cascade', () => cascade.close());

  const manager = new MeetingManager(instanceId, {
    ...{ media: cascade, mediaEvents: cascade, leases, hotState, logger },
    openFanout: (meetingId, epoch) => openFanout(mesh, meetingId, epoch),
    meetings: database.meetings,
    participants: database.participants,
    admissions: database.admissions,
    decisions: database.decisions,
    roles: database.roles,
    audits: database.audit,
    pictures: database.profiles,
    passcodes: new PasscodeGate(rateLimits),
    async assertMayWait({ meetingId, userId, deviceId }) {
      // Neither another name in the same browser nor another browser makes somebody new.
      await rateLimits.consume('waitingRoomPerPerson', `${meetingId} user ${userId}`);
      if (deviceId === null) return;
      await rateLimits.consume('waitingRoomPerPerson', `${meetingId} device ${deviceId}`);
    },
    now: Date.now,
    webrtcConfig: webrtcConfigOf(config),
    reconnectGraceMs: config.meetings.reconnectGraceMs,
    reloadGraceMs: config.meetings.reloadGraceMs,
    waitingGraceMs: config.meetings.waitingGraceMs,
    hostGraceMs: config.meetings.hostGraceMs,
    earlyStartMs: config.meetings.earlyStartMs,
    emptyTtlMs: config.meetings.emptyMeetingTtlMs,
  });
  serveOwned(mesh, manager, answerRequests(manager), (meetingId) => ({
    routers: cascade.placementOf(meetingId)?.routers ?? [],
    links: cascade.linksOf(meetingId),
  }));
  failures.on('dead', (node) => manager.nodeLost(node));
  registry.on('self-lost', () => manager.reassert());
  registry.on('reachable', () => manager.reassert());

  const owners = new Owners({ mesh, leases, registry });
  const service = new MeetingService({
    ...{ meetings: database.meetings, owned: manager, owners, logger },
    now: Date.now,
    defaultCapacity: config.meetings.defaultCapacity,
    maxCapacity: config.meetings.maxCapacity,
  });
  const audit = new OperatorAudit({ store: database.operatorAudit, logger, now: Date.now });
  const admin = new AdminService({
    ...{ registry, mesh, owners, meetings: service, owned: manager, audit, logger },
    now: Date.now,
  });
  const reconciler = new Reconciler({
    ...{ manager, leases, registry, logger },
    participants: database.participants,
    admissions: database.admissions,
  });
  releases.push('reconciler', () => reconciler.close());
  return {
    ...{ manager, owners, service, admin, audit, cascade },
    repairs: () => reconciler.pending,
    reconcile: () => reconciler.start(),
    close: () => manager.close(),
    handOver: () => manager.handOver(),
  };
}

/** Whether a node is there that could own this one's meetings. */
export function hasSuccessor({ registry }: Cluster): boolean {
  const { instanceId } = registry.self;
  return registry.nodes.some(
    (node) =>
      node.instanceId !== instanceId && node.roles.includes('signaling') && node.mark === 'ready',
  );
}
