/** A media worker is killed in the middle of a meeting of two browsers: how long until pictures move again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BrowserVisitor, launchBrowser } from './support/BrowserVisitor.ts';
import { createMeeting } from './support/meetings.ts';
import { ParleyProcess } from './support/ParleyProcess.ts';
import { report } from './support/report.ts';
import { median, percentile, round } from './support/statistics.ts';

const ROUNDS = 20;
/** Pictures must have moved again long before. */
const OBSERVE_MS = 3_000;
/** What was decoded or on its way to the screen is still shown. */
const STILL_UNDER_WAY_MS = 100;
const SMOOTH_FOR_MS = 1_000;
/** Fewer than 5 pictures a second are not a moving picture. */
const LATE_MS = 200;

/** Milliseconds from the kill. */
interface Loss {
  /** To the first picture of the new path. */
  first: number;
  /** To the first after which none was late for a second. */
  smooth: number;
}

const server = await ParleyProcess.start({ PARLEY_MEDIA_WORKERS: '2' });
const browser = await launchBrowser();
const meetingId = await createMeeting(server.url);
const visitors: BrowserVisitor[] = [];
for (let count = 0; count < 2; count++) {
  const visitor = await BrowserVisitor.open(browser, server.url, meetingId);
  await visitor.join();
  visitors.push(visitor);
}
const ids = await Promise.all(visitors.map((visitor) => visitor.participantId()));
await Promise.all(visitors.map((visitor, index) => visitor.watch(ids[1 - index] ?? '')));
const losses: Loss[] = [];
for (let done = 0; done < ROUNDS; done++) losses.push(...(await lose()));
await browser.close();
await server.stop();
const firsts = losses.map(({ first }) => first);
const smooth = losses.map(({ smooth: from }) => from);
const p95 = percentile(firsts, 0.95);
report(
  'worker killed → pictures again',
  {
    rounds: ROUNDS,
    p50Ms: round(median(firsts), 0),
    p95Ms: round(p95, 0),
    smoothP50Ms: round(median(smooth), 0),
    smoothP95Ms: round(percentile(smooth, 0.95), 0),
  },
  { text: 'p95 ≤ 500 ms', met: p95 <= 500 },
);

/** For each of both visitors. */
async function lose(): Promise<Loss[]> {
  const victim = await server.busiestWorker();
  const killedAt = performance.timeOrigin + performance.now();
  process.kill(victim, 'SIGKILL');
  await sleep(OBSERVE_MS);
  return Promise.all(visitors.map(async (visitor) => lossOf(await visitor.frames(), killedAt)));
}

function lossOf(frames: readonly number[], killedAt: number): Loss {
  const after = frames.filter((at) => at > killedAt + STILL_UNDER_WAY_MS);
  const isSmooth = (from: number) =>
    after
      .filter((at) => at >= from && at < from + SMOOTH_FOR_MS)
      .every((at, index, all) => index === 0 || at - (all[index - 1] ?? at) <= LATE_MS);
  const [first = Number.POSITIVE_INFINITY] = after;
  const smooth = after.find(isSmooth) ?? Number.POSITIVE_INFINITY;
  return { first: first - killedAt, smooth: smooth - killedAt };
}
