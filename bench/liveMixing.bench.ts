/** CPU that one live room takes at each size, with two on the stage whose pictures move, and its delay. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { MixSpec } from '../server/live/mixer/spec.ts';
import { createInput, person } from '../test/support/live/room.ts';
import { groupOf, openMixer } from '../test/support/live/roomMixer.ts';
import { BEEPING, RtpSender, tone } from '../test/support/live/RtpSender.ts';
import { cpuSeconds } from './support/processes.ts';
import { report } from './support/report.ts';
import { percentile, round } from './support/statistics.ts';

const WARM_UP_MS = 8_000;
const MEASURED_MS = 30_000;
const MOVING = 'testsrc2=s=640x360:r=25';

const SETS: { renditions: MixSpec['renditions']; segmentSec: number }[] = [
  { renditions: ['360p', 'audio'], segmentSec: 2 },
  { renditions: ['720p', 'audio'], segmentSec: 2 },
  { renditions: ['720p', '360p', 'audio'], segmentSec: 2 },
  { renditions: ['720p', '360p', 'audio'], segmentSec: 1 },
  { renditions: ['1080p', '720p', '360p', 'audio'], segmentSec: 2 },
];

for (const set of SETS) await measure(set);

async function measure(spec: (typeof SETS)[number]): Promise<void> {
  const room = await openMixer(spec);
  const { mixer, rtp, segments, healths } = room;
  while (rtp.length === 0) await sleep(50);
  const [to = { ip: '', port: 0 }] = rtp;
  const senders: RtpSender[] = [];
  const inputs = [];
  const people = [];
  for (const [id, sound] of [['Ada', BEEPING] as const, ['Bob', tone(300)] as const]) {
    const [camera, voice] = [createInput('VP8'), createInput('voice')];
    const picture = { source: MOVING, input: camera };
    senders.push(
      await RtpSender.start({
        to,
        askedBy: mixer,
        picture,
        voice: { source: sound, input: voice },
      }),
    );
    inputs.push(camera, voice);
    people.push(person(id, camera, voice));
  }
  mixer.setFeed({ inputs, stage: { people, speaker: 'Ada' } });
  await sleep(WARM_UP_MS);
  const delays: number[] = [];
  mixer.on('segment', ({ startsAt }) => delays.push(Date.now() - startsAt));
  const droppedBefore = mixer.health.droppedFrames;
  const before = await cpuOf(mixer.pid ?? 0);
  healths.length = 0;
  await sleep(MEASURED_MS);
  const after = await cpuOf(mixer.pid ?? 0);
  const { droppedFrames } = mixer.health;
  for (const sender of senders) sender.stop();
  await mixer.close(true);
  await room.remove();
  const used = (name: string) =>
    round(((after.get(name) ?? 0) - (before.get(name) ?? 0)) / (MEASURED_MS / 1_000));
  const [node, ffmpeg] = [used('node'), used('ffmpeg')];
  const p95 = percentile(delays, 0.95);
  const most = spec.segmentSec * 1_000 + 1_000;
  report(
    'live mixing',
    {
      renditions: spec.renditions.join('+'),
      segmentSec: spec.segmentSec,
      cores: { node, ffmpeg, all: round(node + ffmpeg) },
      segments: segments.length,
      droppedPictures: droppedFrames - droppedBefore,
      speed: round(Math.min(...healths.map(({ speed }) => speed))),
      delayMs: { n: delays.length, p50: percentile(delays, 0.5), p95 },
    },
    { text: `p95 of the delay ≤ ${most} ms`, met: p95 <= most },
  );
}

/** Seconds of CPU that a mixer's process and its FFmpegs have taken, by program. */
async function cpuOf(pid: number): Promise<Map<string, number>> {
  const sums = new Map<string, number>();
  for (const { pid: one, name } of await groupOf(pid)) {
    const program = name === 'ffmpeg' ? 'ffmpeg' : 'node';
    sums.set(program, (sums.get(program) ?? 0) + cpuSeconds(one));
  }
  return sums;
}
