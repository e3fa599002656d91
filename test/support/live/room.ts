import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureFfmpeg } from '../../../provision/ensureFfmpeg.ts';
import { createLogger } from '../../../server/core/logger.ts';
import type { MixInput } from '../../../server/live/mixer/feed.ts';
import { HlsOutput, type HlsOutputOptions } from '../../../server/live/mixer/HlsOutput.ts';
import type { Stage, StagePerson } from '../../../server/live/mixer/layout.ts';
import { MediaPort } from '../../../server/live/mixer/MediaPort.ts';
import { Mixer } from '../../../server/live/mixer/Mixer.ts';
import { RENDITIONS, type Rendition } from '../../../server/live/mixer/renditions.ts';
import { Listener } from './Listener.ts';
import { AUDIO_PAYLOAD, VIDEO_PAYLOAD } from './RtpSender.ts';

export const PORTS = { min: 47_000, max: 47_999 };

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

let ssrc = 1_000;

/** Another stream, of which nothing is known yet. */
export function createInput(kind: MixInput['kind']): MixInput {
  ssrc += 1;
  const payloadType = kind === 'voice' ? AUDIO_PAYLOAD : VIDEO_PAYLOAD;
  return { id: `${kind}-${ssrc}`, ssrc, payloadType, kind };
}

/** Somebody on the stage, with whatever they have. */
export function person(
  id: string,
  camera?: MixInput,
  voice?: MixInput,
  screen?: MixInput,
): StagePerson {
  const inputs = {
    camera: camera?.id ?? null,
    voice: voice?.id ?? null,
    screen: screen?.id ?? null,
  };
  return { id, name: `${id} Example`, ...inputs };
}

export type RoomOptions = Partial<HlsOutputOptions>;

/** A mixer in this process, with a folder and keys of its own. */
export async function openRoom(given: RoomOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'parley-live-'));
  const keys = new Map<string, Buffer>();
  const port = await MediaPort.open('127.0.0.1', PORTS);
  const shape = { renditions: [SMALL, TINY, RENDITIONS.audio], framesPerSecond: 25, segmentSec: 1 };
  const options: HlsOutputOptions = {
    ...{ ...shape, folder, keptSegments: 6, firstSequence: 7, discontinuitySequence: 0 },
    keyOf: (sequence) => {
      const uri = `https://keys.example/${Math.floor(sequence / 4)}`;
      const key = keys.get(uri) ?? randomBytes(16);
      keys.set(uri, key);
      return { uri, key };
    },
    ...given,
  };
  const closePort = async (error: unknown) => {
    await port.close();
    throw error;
  };
  const output = await HlsOutput.create(options).catch(closePort);
  const logger = createLogger('silent', 'json');
  const mixer = await Mixer.create({
    ...{ ...options, ffmpeg: await ensureFfmpeg(), port, title: 'Evening talk', logger },
    onSegment: async (segment) => {
      await output.publish(segment);
    },
  });
  const keyRequests: string[] = [];
  mixer.on('key-frame-needed', (input) => keyRequests.push(input));
  const listen = (rendition = options.renditions[0]?.name ?? '') =>
    new Listener(
      (name) => readFile(join(folder, rendition, name)),
      (uri) => keys.get(uri) ?? Buffer.alloc(16),
    );
  let inputs: MixInput[] = [];
  return {
    ...{ mixer, output, folder, port, keys, keyRequests, listen },
    /** One more input. */
    input: (kind: MixInput['kind']) => {
      const input = createInput(kind);
      inputs.push(input);
      return input;
    },
    setStage: (stage: Stage) => mixer.setFeed({ inputs, stage }),
    drop: (...gone: MixInput[]) => {
      inputs = inputs.filter((input) => !gone.includes(input));
    },
    close: async (hasEnded = true) => {
      await mixer.close();
      await output.end(hasEnded);
      await port.close();
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
