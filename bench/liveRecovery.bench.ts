/** How long listeners of a live room get nothing new when its mixer is killed, and when it hangs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createInput, person } from '../test/support/live/room.ts';
import { openMixer } from '../test/support/live/roomMixer.ts';
import { RtpSender, tone } from '../test/support/live/RtpSender.ts';
import { report } from './support/report.ts';
import { percentile } from './support/statistics.ts';

const TIMES = 12;
/** What listeners may notice. */
const MAX_MS = 10_000;
const SEGMENT_SEC = 2;

await measure('killed', 'SIGKILL');
await measure('frozen', 'SIGSTOP');
process.exit(0);

async function measure(how: string, signal: NodeJS.Signals): Promise<void> {
  const room = await openMixer({ renditions: ['720p', '360p', 'audio'], segmentSec: SEGMENT_SEC });
  const { mixer, rtp, segments } = room;
  while (rtp.length === 0) await sleep(50);
  const [to = { ip: '', port: 0 }] = rtp;
  const [camera, voice] = [createInput('VP8'), createInput('voice')];
  const picture = { source: 'testsrc2=s=640x360:r=25', input: camera };
  const sent = { to, askedBy: mixer, picture, voice: { source: tone(300), input: voice } };
  const sender = await RtpSender.start(sent);
  const people = [person('Ada', camera, voice)];
  mixer.setFeed({ inputs: [camera, voice], stage: { people, speaker: null } });
  const times: number[] = [];
  while (times.length < TIMES) {
    const before = segments.length;
    // What ran for a while is started again at once.
    while (segments.length < before + 8) await sleep(50);
    // Anywhere in a segment.
    await sleep(Math.random() * SEGMENT_SEC * 1_000);
    const hitAt = Date.now();
    process.kill(mixer.pid ?? 0, signal);
    while ((segments.at(-1)?.startsAt ?? 0) <= hitAt) await sleep(10);
    times.push(Date.now() - hitAt);
  }
  sender.stop();
  await mixer.close(true);
  await room.remove();
  const [p50, p95] = [percentile(times, 0.5), percentile(times, 0.95)];
  report(
    'live recovery',
    { how, segmentSec: SEGMENT_SEC, nextSegmentMs: { n: times.length, p50, p95 } },
    { text: `p95 ≤ ${MAX_MS} ms`, met: p95 <= MAX_MS },
  );
}
