/**
 * The link between a meeting's owner and its media breaks, without a word, in the middle of a meeting
 * of two browsers: what they see of that, and when the media can be commanded again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterMeeting } from './support/ClusterMeeting.ts';
import { largestGap, now } from './support/pictures.ts';
import { report } from './support/report.ts';
import { figures, percentile, round } from './support/statistics.ts';

const ROUNDS = 4;
const QUIET_MS = 3_000;
const ASK_EVERY_MS = 100;
const PATIENCE_MS = 60_000;
const STUTTER_MS = 500;
const GATE_MS = 12_000;

const meeting = await ClusterMeeting.open({ media: 1, wired: true });
const { processes } = meeting.cluster;
const times: number[] = [];
const gaps: number[] = [];
for (let done = 0; done < ROUNDS; done++) {
  await sleep(QUIET_MS);
  const { owner } = await meeting.signaling();
  const [media] = processes.media;
  if (!media) throw new Error('there is a media node');
  const witness = await meeting.witness(owner);
  const instances = await meeting.instances();
  const from = now();
  // The other signaling node still reaches both.
  processes.wiresOf(media).mesh.silence((instance) => instance === instances.get(owner.name));
  processes.wiresOf(owner).mesh.silence((instance) => instance === instances.get(media.name));
  times.push((await commanded(witness)) - from);
  for (const visitor of meeting.visitors) gaps.push(largestGap(await visitor.frames(from)));
  for (const at of [owner, media]) processes.wiresOf(at).mesh.restore();
  await witness.leave();
  await meeting.healed();
}
await meeting.close();
const p95 = percentile(times, 0.95);
const worst = Math.max(...gaps);
report(
  'link between owner and media silent → commands again',
  {
    n: times.length,
    ...figures(times),
    largestGapMs: round(worst, 0),
  },
  {
    text: `p95 ≤ ${GATE_MS} ms, gap < ${STUTTER_MS} ms`,
    met: p95 <= GATE_MS && worst < STUTTER_MS,
  },
);

/** When the media node has done something new for the meeting: asks until then. */
async function commanded(witness: Awaited<ReturnType<typeof meeting.witness>>): Promise<number> {
  const deadline = now() + PATIENCE_MS;
  for (;;) {
    try {
      await witness.createTransport('send');
      return now();
    } catch (error) {
      if (now() > deadline) throw error;
      await sleep(ASK_EVERY_MS);
    }
  }
}
