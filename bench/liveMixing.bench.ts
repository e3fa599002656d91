/** CPU that one live room takes at each size, with two on the stage whose pictures move, and its delay. */
import { setTimeout as sleep } from 'node:timers/promises';
import { RENDITIONS, type Rendition } from '../server/live/mixer/renditions.ts';
import { openRoom } from '../test/support/live/room.ts';
import {
  AUDIO_PAYLOAD,
  BEEPING,
  RtpSender,
  tone,
  VIDEO_PAYLOAD,
} from '../test/support/live/RtpSender.ts';
import { cpuSeconds } from './support/processes.ts';
import { report } from './support/report.ts';
import { percentile, round } from './support/statistics.ts';

const WARM_UP_MS = 5_000;
const MEASURED_MS = 20_000;
/** From the stage to a whole segment; a player stays three seconds behind. */
const MAX_DELAY_MS = 3_000;

for (const names of [
  ['720p', '360p', 'audio'],
  ['360p', 'audio'],
] as const) {
  await measure(names.map((name) => RENDITIONS[name]));
}

async function measure(renditions: readonly Rendition[]): Promise<void> {
  const { mixer, listen, remove } = await openRoom({ renditions });
  const listener = listen(renditions[0]?.name);
  const senders: RtpSender[] = [];
  const people = [];
  for (const [id, sound] of [['Ada', BEEPING] as const, ['Bob', tone(300)] as const]) {
    const camera = await mixer.openPicture({ payloadType: VIDEO_PAYLOAD, codec: 'VP8' });
    const voice = await mixer.openVoice({ payloadType: AUDIO_PAYLOAD });
    const picture = { source: 'testsrc2=s=640x360:r=25', to: camera };
    senders.push(await RtpSender.start({ picture, voice: { source: sound, to: voice } }));
    people.push({ id, name: id, voice: voice.id, camera: camera.id, screen: null });
  }
  mixer.setStage({ people, speaker: 'Ada' });
  await sleep(WARM_UP_MS);
  const pids = () => {
    const { encoder, slots } = mixer.health;
    return {
      node: [process.pid],
      encoder: encoder.pid === null ? [] : [encoder.pid],
      decoders: slots.flatMap(({ pid }) => pid ?? []),
    };
  };
  const read = () => Object.entries(pids()).map(([, all]) => all.map(cpuSeconds).reduce(sum, 0));
  const before = read();
  const { composed } = mixer.health.pictures;
  await sleep(MEASURED_MS);
  const cores = read().map(
    (after, index) => (after - (before[index] ?? 0)) / (MEASURED_MS / 1_000),
  );
  const { encoder, pictures } = mixer.health;
  const delays = listener.segments.map(({ foundAt, startsAt }) => foundAt - startsAt);
  await mixer.close();
  for (const sender of senders) sender.stop();
  await listener.close();
  await remove();
  const [node = 0, encoding = 0, decoding = 0] = cores;
  const p95 = percentile(delays, 0.95);
  report(
    'live mixing',
    {
      renditions: renditions.map(({ name }) => name).join('+'),
      cores: {
        ...{ node: round(node), encoding: round(encoding), decoding: round(decoding) },
        all: round(node + encoding + decoding),
      },
      picturesPerSecond: (pictures.composed - composed) / (MEASURED_MS / 1_000),
      droppedPictures: encoder.droppedPictures,
      speed: encoder.speed && round(encoder.speed),
      delayMs: { n: delays.length, p50: percentile(delays, 0.5), p95 },
    },
    { text: `p95 of the delay ≤ ${MAX_DELAY_MS} ms`, met: p95 <= MAX_DELAY_MS },
  );
}

function sum(a: number, b: number): number {
  return a + b;
}
