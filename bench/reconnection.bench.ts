/** The network or the server breaks in the middle of a meeting of two browsers: what its people see of that. */
import { setTimeout as sleep } from 'node:timers/promises';
import { TcpProxy } from '../test/support/TcpProxy.ts';
import { UdpRelay } from '../test/support/UdpRelay.ts';
import { BrowserVisitor, launchBrowser } from './support/BrowserVisitor.ts';
import { createMeeting } from './support/meetings.ts';
import { ParleyProcess } from './support/ParleyProcess.ts';
import { largestGap, now, recoveryAfter, type Recovery } from './support/pictures.ts';
import { report } from './support/report.ts';
import { figures, median, percentile, round } from './support/statistics.ts';

const ROUNDS = 10;
/** Every round counts for both visitors. */
const CUTS = [
  { ms: 1_000, count: ROUNDS },
  { ms: 5_000, count: ROUNDS },
  { ms: 20_000, count: ROUNDS / 2 },
];
/** New addresses work so long after the old ones died. */
const CHANGE_MS = 300;
const PATIENCE_MS = 30_000;
const POLL_MS = 100;
/** Between two faults: what a restart costs is the first one's, not that of one in a row. */
const QUIET_MS = 13_000;
const STUTTER_MS = 500;
const GATE_MS = 4_000;
const RESTART_GATE_MS = 5_000;

const air = await UdpRelay.start();
const server = await ParleyProcess.start(air.env);
const cable = await TcpProxy.start(server.port);
const browser = await launchBrowser();
const meetingId = await createMeeting(server.url);
const visitors = [
  await BrowserVisitor.open(browser, server.url, meetingId),
  // Its signaling comes by the cable.
  await BrowserVisitor.open(browser, cable.url, meetingId),
];
for (const visitor of visitors) await visitor.join();
for (const visitor of visitors) await visitor.watchOthers();

for (const { ms, count } of CUTS) {
  const pairs = await rounds(() => compareCut(ms), 0, count);
  const gaps = pairs.map(({ cut }) => cut);
  const undisturbed = pairs.map(({ before }) => before);
  const worst = Math.max(...gaps);
  report(
    `signaling cut for ${ms / 1_000} s → largest gap between pictures`,
    {
      n: gaps.length,
      ...figures(gaps),
      worstMs: round(worst, 0),
      undisturbedP50Ms: round(median(undisturbed), 0),
      undisturbedP95Ms: round(percentile(undisturbed, 0.95), 0),
    },
    { text: `worst < ${STUTTER_MS} ms`, met: worst < STUTTER_MS },
  );
}
reportRecoveries(
  'media path silently dead → pictures again',
  await rounds(() => recover(() => air.silence()), QUIET_MS),
  GATE_MS,
);
reportRecoveries(
  'address changed, break before make → pictures again',
  await rounds(() => recover(changeAddress), QUIET_MS),
  GATE_MS,
);
const reloads = await rounds(reload);
report('page reloaded → first remote picture', { n: reloads.length, ...figures(reloads) });
reportRecoveries(
  'server killed and started again, from listening → pictures again',
  await rounds(restartServer),
  RESTART_GATE_MS,
);

await browser.close();
cable.close();
air.close();
await server.stop();

/** What every round answers, for each of both visitors or for one. */
async function rounds<T>(round: () => Promise<T[]>, pauseMs = 1_000, count = ROUNDS): Promise<T[]> {
  const all: T[] = [];
  for (let done = 0; done < count; done++) {
    await sleep(pauseMs);
    all.push(...(await round()));
  }
  return all;
}

/** The largest gaps of each visitor over a cut and the way back, and as long before with nothing cut. */
async function compareCut(ms: number): Promise<{ before: number; cut: number }[]> {
  const before = await gapsDuring(() => sleep(ms));
  const cut = await gapsDuring(async () => {
    cable.cut();
    await sleep(ms);
    cable.restore();
    await Promise.all(visitors.map((visitor) => visitor.connected()));
  });
  return cut.map((gap, index) => ({ before: before[index] ?? Number.NaN, cut: gap }));
}

async function gapsDuring(happening: () => Promise<void>): Promise<number[]> {
  const from = now();
  await happening();
  await sleep(STUTTER_MS);
  return Promise.all(visitors.map(async (visitor) => largestGap(await visitor.frames(from))));
}

function changeAddress(): void {
  cable.silence();
  air.silence();
  setTimeout(() => cable.restore(), CHANGE_MS);
}

async function recover(breakIt: () => void): Promise<Recovery[]> {
  const from = now();
  breakIt();
  return picturesAgain(from);
}

async function reload(): Promise<number[]> {
  const took = await visitors[1]?.reload();
  await visitors[1]?.watchOthers();
  return took === undefined ? [] : [took];
}

async function restartServer(): Promise<Recovery[]> {
  await server.crash();
  return picturesAgain(now());
}

/** Waits until pictures move smoothly on both sides. */
async function picturesAgain(from: number): Promise<Recovery[]> {
  const deadline = from + PATIENCE_MS;
  for (;;) {
    await sleep(POLL_MS);
    const recoveries = await Promise.all(
      visitors.map(async (visitor) => recoveryAfter(await visitor.frames(from), from)),
    );
    const all = recoveries.every(({ smooth }) => !Number.isNaN(smooth));
    if (all || now() > deadline) return recoveries;
  }
}

function reportRecoveries(name: string, recoveries: readonly Recovery[], gateMs: number): void {
  const firsts = recoveries.map(({ first }) => (Number.isNaN(first) ? PATIENCE_MS : first));
  const smooth = recoveries.map((one) => (Number.isNaN(one.smooth) ? PATIENCE_MS : one.smooth));
  const p95 = percentile(firsts, 0.95);
  report(
    name,
    {
      n: recoveries.length,
      ...figures(firsts),
      smoothP50Ms: round(median(smooth), 0),
      smoothP95Ms: round(percentile(smooth, 0.95), 0),
    },
    { text: `p95 ≤ ${gateMs} ms`, met: p95 <= gateMs },
  );
}
