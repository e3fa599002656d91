/** Click on Join → first remote picture on the screen, in Chromium, of a meeting in which somebody sends. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BrowserGuest, launchBrowser } from './support/BrowserGuest.ts';
import { createMeeting } from './support/meetings.ts';
import { ParleyProcess } from './support/ParleyProcess.ts';
import { report } from './support/report.ts';
import { median, percentile, round } from './support/statistics.ts';

const JOINS = 20;
/** On the page before the click, as somebody who looks at their own picture first. */
const LINGER_MS = 1_500;

const server = await ParleyProcess.start();
const browser = await launchBrowser();
const meetingId = await createMeeting(server.url);
const sender = await BrowserGuest.open(browser, server.url, meetingId);
await sender.join();
const times: number[] = [];
while (times.length < JOINS) {
  const guest = await BrowserGuest.open(browser, server.url, meetingId);
  await sleep(LINGER_MS);
  await guest.join();
  times.push(await guest.joinToFirstFrame());
  await guest.close();
}
await browser.close();
await server.stop();
const [p50, p95] = [median(times), percentile(times, 0.95)];
report(
  'Join click → first remote picture',
  { joins: JOINS, p50Ms: round(p50, 0), p95Ms: round(p95, 0) },
  { text: 'p50 ≤ 250 ms, p95 ≤ 500 ms', met: p50 <= 250 && p95 <= 500 },
);
