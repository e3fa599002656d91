import { resolve } from 'node:path';
import { MAX_SHARES } from '../../protocol/recordings.ts';
import { isHosting } from '../../protocol/rights.ts';
import type { Config } from '../config/loadConfig.ts';
import type { Deliveries } from '../core/Deliveries.ts';
import type { Logger } from '../core/logger.ts';
import type { Database } from '../db/openDatabase.ts';
import { joinComposite } from '../live/recording/joinComposite.ts';
import { AutomaticRecordings } from '../live/recordings/AutomaticRecordings.ts';
import { durationOf } from '../live/recordings/durationOf.ts';
import { Finisher } from '../live/recordings/Finisher.ts';
import { FolderStorage } from '../live/recordings/FolderStorage.ts';
import { PartFolders } from '../live/recordings/PartFolders.ts';
import { RecordingAccess } from '../live/recordings/RecordingAccess.ts';
import { Recordings } from '../live/recordings/Recordings.ts';
import type { RecordingStorage } from '../live/recordings/RecordingStorage.ts';
import { RecordingSweep } from '../live/recordings/RecordingSweep.ts';
import { RecordingWork } from '../live/recordings/RecordingWork.ts';
import { S3Storage } from '../live/recordings/S3Storage.ts';
import type { RecordingStore } from '../live/recordings/stores.ts';
import { Transcripts } from '../live/recordings/Transcripts.ts';
import type { ChooseMixer } from '../live/stores.ts';
import type { MeetingService } from '../meetings/MeetingService.ts';
import { roleOf } from '../meetings/roles.ts';
import type { KnownMixers } from './knownMixers.ts';
import type { Cluster } from './openCluster.ts';
import type { Releases } from './Releases.ts';

interface RecordingDeps {
  config: Config;
  cluster: Cluster;
  database: Database;
  logger: Logger;
  releases: Releases;
}

/** What recordings need, as `createHttpApp` takes it. */
export interface RecordingParts {
  recordings: Recordings;
  recordingAccess: RecordingAccess;
  recordingStore: RecordingStore;
  recordingStorage: RecordingStorage;
  transcripts: Transcripts;
}

/** Recordings as clients ask for them here, and the housekeeping of all of them. */
export function createRecordings(
  deps: RecordingDeps & {
    meetings: Pick<MeetingService, 'read'>;
    jwtSecret: string;
    mixers: KnownMixers;
    deliveries: Pick<Deliveries, 'toUsers'>;
  },
): RecordingParts {
  const { config, cluster, database, logger, releases, meetings, jwtSecret } = deps;
  const { choose: chooseMixer, whyNone, tellAll: tellMixers } = deps.mixers;
  const store = database.recordings;
  const storage = openStorage(config);
  const shared = { store, logger, tellMixers, now: Date.now };
  const { lostAfterSec, stopEmptyAfterSec } = config.live.recordings;
  const sweep = new RecordingSweep({
    ...{ ...shared, storage, isAlive: aliveIn(cluster) },
    lostAfterMs: lostAfterSec * 1_000,
    stopEmptyAfterMs: stopEmptyAfterSec === null ? null : stopEmptyAfterSec * 1_000,
  });
  releases.push('recordings', () => sweep.close());
  sweep.start();
  beginAutomatically({ ...deps, chooseMixer, tellMixers });
  return {
    recordings: new Recordings({
      ...{ ...shared, live: database.live, meetings, chooseMixer, whyNone },
      isHosting: (userId, meetingId) => hosts(database, meetings, userId, meetingId),
      tellSweep: () => sweep.look(),
    }),
    recordingAccess: new RecordingAccess({
      ...{ ...shared, chat: database.recordingChat, jwtSecret, maxShares: MAX_SHARES },
    }),
    recordingStore: store,
    recordingStorage: storage,
    transcripts: new Transcripts({ store, storage }),
  };
}

/** Recordings that settings of meetings ask for. */
function beginAutomatically(
  deps: Pick<RecordingDeps, 'config' | 'database' | 'logger' | 'releases'> & {
    deliveries: Pick<Deliveries, 'toUsers'>;
    chooseMixer: ChooseMixer;
    tellMixers: () => void;
  },
): void {
  const { config, database, logger, releases, deliveries, chooseMixer, tellMixers } = deps;
  const automatic = new AutomaticRecordings({
    ...{ store: database.automaticRecordings, chooseMixer, tellMixers, logger, now: Date.now },
    tellHosts: (userIds, meetingId) =>
      deliveries.toUsers(userIds, 'recording-waiting', { meetingId }),
    sittingGapMs: config.meetings.emptyMeetingTtlMs,
  });
  releases.push('recordings that begin by themselves', () => automatic.close());
  automatic.start();
}

/** Recordings on a node that mixes. */
export function openRecordingWork(
  deps: RecordingDeps & {
    /** As it was found. */
    ffmpeg: () => string;
  },
): RecordingWork {
  const { config, cluster, database, logger, releases, ffmpeg } = deps;
  const store = database.recordings;
  const folders = new PartFolders(resolve(config.server.dataDir, 'recording-parts'));
  const work = new RecordingWork({
    ...{ store, folders, logger, nodeId: cluster.registry.self.instanceId },
    isAlive: aliveIn(cluster),
    finisher: new Finisher({
      ...{ store, folders, logger, storage: openStorage(config), now: Date.now },
      joinComposite: (folder, target) => joinComposite({ ffmpeg: ffmpeg(), folder, target }),
      durationOf: (path) => durationOf(ffmpeg(), path),
      keepDays: config.live.recordings.keepDays,
    }),
  });
  releases.push('recordings that are put together', () => work.close());
  return work;
}

function openStorage({ live, server }: Config): RecordingStorage {
  const { folder, s3 } = live.recordings;
  const { endpoint, bucket, accessKeyId, secretAccessKey, region, pathStyle } = s3;
  // The schema has seen to it that there are all of them or none.
  if (endpoint !== null && bucket !== null && accessKeyId !== null && secretAccessKey !== null) {
    const bucketOf = { endpoint, bucket, region, pathStyle };
    return new S3Storage({ ...bucketOf, accessKeyId, secretAccessKey });
  }
  return new FolderStorage(resolve(server.dataDir, folder ?? 'recordings'));
}

/** A node that nobody can tell of counts as there: nothing of it is given up. */
function aliveIn({ registry }: Cluster): (node: string) => boolean {
  return (node) => !registry.isReachable || registry.find(node) !== undefined;
}

async function hosts(
  database: Database,
  meetings: Pick<MeetingService, 'read'>,
  userId: string,
  meetingId: string,
): Promise<boolean> {
  const [{ hostId }, assigned] = await Promise.all([
    meetings.read(meetingId),
    database.roles.list(meetingId),
  ]);
  const roles = new Map(assigned.map((role) => [role.userId, role]));
  return isHosting(roleOf({ kind: 'account', userId }, roles, hostId));
}
