import { randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureFfmpeg } from '../../../provision/ensureFfmpeg.ts';
import { createLogger } from '../../../server/core/logger.ts';
import { RoomMixer, type RoomMixerDeps } from '../../../server/live/mixer/RoomMixer.ts';
import type { MixHealth, MixSpec } from '../../../server/live/mixer/spec.ts';
import { segmentKey } from '../../../server/live/segmentKeys.ts';
import { Listener } from './Listener.ts';

const execute = promisify(execFile);

export interface OpenedMixer {
  mixer: RoomMixer;
  spec: MixSpec;
  /** Where it was told to send, one after another. */
  rtp: { ip: string; port: number }[];
  shown: string[][];
  keyRequests: string[];
  segments: { sequence: number; startsAt: number }[];
  healths: MixHealth[];
  listen: (rendition?: string) => Listener;
  remove: () => Promise<void>;
}

/** A mixer in a process of its own, as a room has one, with all that it says. */
export async function openMixer(
  given: Partial<MixSpec> = {},
  deps: Partial<RoomMixerDeps> = {},
): Promise<OpenedMixer> {
  const folder = given.folder ?? (await mkdtemp(join(tmpdir(), 'parley-live-')));
  const spec: MixSpec = {
    ...{ roomId: 'room', title: 'Evening talk', renditions: ['360p', 'audio'], folder },
    ...{ framesPerSecond: 25, segmentSec: 1, keptSegments: 6, segmentsPerKey: 4, generation: 0 },
    ...{ keySecret: randomBytes(32).toString('base64'), keyPath: '/keys' },
    ...given,
  };
  const mixer = RoomMixer.create(spec, {
    ...{ ffmpeg: await ensureFfmpeg(), address: '127.0.0.1' },
    ...{ ports: { min: 46_000, max: 46_899 }, logger: createLogger('silent', 'json') },
    ...deps,
  });
  const opened: OpenedMixer = {
    ...{ mixer, spec, rtp: [], shown: [], keyRequests: [], segments: [], healths: [] },
    listen: (rendition = '360p') =>
      new Listener(
        (name) => readFile(join(folder, rendition, name)),
        (uri) => segmentKey(spec.keySecret, Number(uri.split('/').at(-1))),
      ),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
  mixer.on('rtp', (address) => opened.rtp.push(address));
  mixer.on('shown', (inputs) => opened.shown.push(inputs.map(({ input }) => input)));
  mixer.on('key-frame-needed', (input) => opened.keyRequests.push(input));
  mixer.on('segment', (segment) => opened.segments.push(segment));
  mixer.on('health', (health) => opened.healths.push(health));
  return opened;
}

/** Processes of a group, with what they are; ended ones that nobody has asked about yet are none. */
export async function groupOf(pid: number): Promise<{ pid: number; name: string }[]> {
  const { stdout } = await execute('ps', ['-eo', 'pid=,pgid=,stat=,comm=']);
  return stdout.split('\n').flatMap((line) => {
    const [own, group, state = '', name = ''] = line.trim().split(/\s+/);
    return Number(group) === pid && !state.startsWith('Z') ? [{ pid: Number(own), name }] : [];
  });
}

export const playlistOf = (folder: string, rendition = '360p') =>
  readFile(join(folder, rendition, 'index.m3u8'), 'utf8');
