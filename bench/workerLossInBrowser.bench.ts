/** A media worker is killed in the middle of a meeting of two browsers: how long until pictures move again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BrowserGuest, launchBrowser } from './support/BrowserGuest.ts';
import { createMeeting } from './support/meetings.ts';
import { ParleyProcess } from './support/ParleyProcess.ts';
import { report } from './support/report.ts';
import { median, percentile, round } from './support/statistics.ts';

const ROUNDS = 10;
/** Pictures must have moved again long before. */
const OBSERVE_MS = 3_000;

const server = await ParleyProcess.start({ PARLEY_MEDIA_WORKERS: '2' });
const browser = await launchBrowser();
const meetingId = await createMeeting(server.url);
const guests: BrowserGuest[] = [];
for (let count = 0; count < 2; count++) {
  const guest = await BrowserGuest.open(browser, server.url, meetingId);
  await guest.join();
  guests.push(guest);
}
const ids = await Promise.all(guests.map((guest) => guest.participantId()));
await Promise.all(guests.map((guest, index) => guest.watch(ids[1 - index] ?? '')));
const times: number[] = [];
for (let done = 0; done < ROUNDS; done++) times.push(...(await lose()));
await browser.close();
await server.stop();
const p95 = percentile(times, 0.95);
report(
  'worker killed → pictures again',
  { rounds: ROUNDS, p50Ms: round(median(times), 0), p95Ms: round(p95, 0) },
  { text: 'p95 ≤ 500 ms', met: p95 <= 500 },
);

/** For each of both: milliseconds from the kill to the picture that ended the longest stop after it. */
async function lose(): Promise<number[]> {
  const victim = await server.busiestWorker();
  const killedAt = performance.timeOrigin + performance.now();
  process.kill(victim, 'SIGKILL');
  await sleep(OBSERVE_MS);
  return Promise.all(guests.map(async (guest) => endOfStop(await guest.frames(), killedAt)));
}

function endOfStop(frames: readonly number[], killedAt: number): number {
  const after = frames.filter((at) => at > killedAt);
  let end = { at: Number.POSITIVE_INFINITY, gap: 0 };
  let before = killedAt;
  for (const at of after) {
    if (at - before > end.gap) end = { at, gap: at - before };
    before = at;
  }
  return end.at - killedAt;
}
