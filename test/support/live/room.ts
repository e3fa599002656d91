import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureFfmpeg } from '../../../provision/ensureFfmpeg.ts';
import { createLogger } from '../../../server/core/logger.ts';
import { Mixer, type MixerOptions } from '../../../server/live/mixer/Mixer.ts';
import { RENDITIONS, type Rendition } from '../../../server/live/mixer/renditions.ts';
import { RtpPorts } from '../../../server/live/mixer/RtpPorts.ts';
import { Listener } from './Listener.ts';

/** As small as it may be: what is tried is not how fast it is. */
export const SMALL: Rendition = {
  name: 'small',
  size: { width: 640, height: 360 },
  videoBitrate: 600_000,
  audioBitrate: 96_000,
};
const TINY: Rendition = {
  ...SMALL,
  name: 'tiny',
  size: { width: 320, height: 180 },
  videoBitrate: 200_000,
};

/** A mixer with a folder and keys of its own. */
export async function openRoom(given: Partial<MixerOptions> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'parley-live-'));
  const keys = new Map<string, Uint8Array>();
  const ports = new RtpPorts('127.0.0.1', { min: 47_000, max: 47_999 });
  const keyRequests: string[] = [];
  const mixer = await Mixer.create({
    ffmpeg: await ensureFfmpeg(),
    ports,
    title: 'Evening talk',
    logger: createLogger('silent', 'json'),
    requestKeyFrame: (input) => keyRequests.push(input),
    folder,
    renditions: [SMALL, TINY, RENDITIONS.audio],
    framesPerSecond: 25,
    segmentSec: 1,
    keptSegments: 6,
    segmentsPerKey: 4,
    issueKey: (firstSequence) => {
      const key = { uri: `https://keys.example/${firstSequence}`, key: randomBytes(16) };
      keys.set(key.uri, key.key);
      return key;
    },
    continues: null,
    ...given,
  });
  const listen = (rendition = SMALL.name) =>
    new Listener(join(folder, rendition), (uri) => keys.get(uri) ?? new Uint8Array());
  return {
    ...{ mixer, folder, ports, keys, keyRequests, listen },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
