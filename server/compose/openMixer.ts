import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { RenditionName } from '../../protocol/live.ts';
import type { Mesh } from '../cluster/Mesh.ts';
import type { Config } from '../config/loadConfig.ts';
import type { Logger } from '../core/logger.ts';
import type { Database } from '../db/openDatabase.ts';
import type { FeedSource } from '../live/FeedFollower.ts';
import { RoomMixer } from '../live/mixer/RoomMixer.ts';
import { untilFfmpeg } from '../live/mixer/untilFfmpeg.ts';
import { createWorkFolder, removeStaleWork } from '../live/mixer/workFolder.ts';
import { MixerHost } from '../live/MixerHost.ts';
import type { ChooseMixer } from '../live/stores.ts';
import { Owners } from '../meetings/Owners.ts';
import { openRecordingWork } from './createRecordings.ts';
import { knownMixers, LOOK } from './knownMixers.ts';
import type { Cluster } from './openCluster.ts';
import type { Releases } from './Releases.ts';

/** A node's part in live rooms, where it mixes. */
export interface Mixing {
  host: MixerHost;
  /** How many meetings it can mix; 0 until FFmpeg was found, or for good where there is none. */
  capacity(): number;
}

interface MixingDeps {
  config: Config;
  cluster: Cluster;
  database: Database;
  logger: Logger;
  releases: Releases;
}

/** Mixers take RTP from a media worker beside them. */
const ADDRESS = '127.0.0.1';
/** An owner holds its answer for 2 s. */
const FOLLOW_TIMEOUT_MS = 6_000;

/** Has this node mix what it is given; null where it is not to. */
export function openMixer(deps: MixingDeps): Mixing | null {
  const { config, cluster, database, logger, releases } = deps;
  const { live, node } = config;
  const wanted = live.mixers ?? Math.max(1, Math.floor(availableParallelism() / 2));
  if ((node.role !== 'all' && node.role !== 'mixer') || wanted === 0) return null;
  const { mesh, leases, registry } = cluster;
  const owners = new Owners({ mesh, leases, registry });
  let ffmpeg: string | null = null;
  // Before what is written: it is told of the last parts.
  const recordings = openRecordingWork({
    ...deps,
    ffmpeg: () => ffmpeg ?? live.ffmpeg,
  });
  const host = new MixerHost({
    store: database.live,
    nodeId: registry.self.instanceId,
    sourceOf: (meetingId) => sourceOf(owners, meetingId),
    createEngine: (spec) =>
      RoomMixer.create(spec, {
        ...{ ffmpeg: ffmpeg ?? live.ffmpeg, ports: live.rtpPorts, address: ADDRESS, logger },
      }),
    settings: {
      renditions: live.renditions.length > 0 ? live.renditions : affordable(wanted),
      framesPerSecond: live.framesPerSecond,
      segmentSec: live.segmentSec,
      keptSegments: live.keptSegments,
      segmentsPerKey: live.segmentsPerKey,
    },
    folders: {
      create: () => createWorkFolder(),
      remove: (folder) => rm(folder, { recursive: true, force: true }),
    },
    recordings,
    giveAway: (meetingId, generation) => giveAway(deps, meetingId, generation),
    logger,
  });
  releases.push('mixes', () => host.close());
  const stopping = new AbortController();
  releases.push('search for FFmpeg', () => stopping.abort());
  const begin = async (): Promise<void> => {
    const found = await untilFfmpeg(live.ffmpeg, { logger, signal: stopping.signal });
    if (!found || stopping.signal.aborted) return;
    ffmpeg = found.path;
    const { renditions } = host;
    logger.info({ ffmpeg: found, rooms: wanted, renditions }, 'this node mixes live rooms');
    serveLook(mesh, host);
    recordings.start();
    const { left } = await removeStaleWork();
    if (left.length > 0) logger.info({ left }, 'still in use by a mixer whose server was killed');
  };
  begin().catch((error: unknown) => {
    logger.warn({ err: error }, 'what earlier mixers have left was not removed');
  });
  return { host, capacity: () => (ffmpeg === null ? 0 : wanted) };
}

function serveLook(mesh: Mesh, host: MixerHost): void {
  mesh.serve(LOOK, () => {
    host.look();
  });
  host.look();
}

/** To another node that mixes; where none has room, it stays. */
async function giveAway(
  { cluster, database, logger }: MixingDeps,
  meetingId: string,
  generation: number,
): Promise<void> {
  const own = cluster.registry.self.instanceId;
  const mixers = knownMixers(cluster);
  const choose: ChooseMixer = (taken) => mixers.choose(taken, own) ?? own;
  const mix = await database.live.assign(meetingId, generation, choose, Date.now());
  if (!mix?.mixer || mix.mixer === own) return;
  logger.info({ meetingId, to: mix.mixer, generation: mix.generation }, 'mix given away');
  mixers.tell(mix.mixer);
}

function sourceOf(owners: Owners, meetingId: string): FeedSource {
  const how = { create: false, repeatable: true };
  return {
    follow: (args) => owners.ask(meetingId, 'feed', args, { ...how, timeoutMs: FOLLOW_TIMEOUT_MS }),
    wish: (wishes) => owners.ask(meetingId, 'wishes', wishes, how),
    end: (generation) => owners.ask(meetingId, 'unfeed', { generation }, how),
  };
}

/** What the share of the machine that each room has is taken to be enough for (docs/benchmarks.md). */
function affordable(rooms: number): RenditionName[] {
  const cores = availableParallelism() / rooms;
  if (cores >= 8) return ['1080p', '720p', '360p', 'audio'];
  if (cores >= 2) return ['720p', '360p', 'audio'];
  return ['360p', 'audio'];
}
