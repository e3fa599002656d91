/** Click on Join → first remote picture on the screen, in Chromium, of a meeting in which somebody sends. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BrowserVisitor, launchBrowser } from './support/BrowserVisitor.ts';
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
const sender = await BrowserVisitor.open(browser, server.url, meetingId);
await sender.join();
// Who has an account is connected before the click; a guest becomes one with it.
for (const as of ['member', 'guest'] as const) {
  const times: number[] = [];
  while (times.length < JOINS) {
    const visitor = await BrowserVisitor.open(browser, server.url, meetingId, as);
    await sleep(LINGER_MS);
    await visitor.join();
    times.push(await visitor.joinToFirstFrame());
    await visitor.leave();
  }
  const [p50, p95] = [median(times), percentile(times, 0.95)];
  report(
    'Join click → first remote picture',
    { as, joins: JOINS, p50Ms: round(p50, 0), p95Ms: round(p95, 0) },
    { text: 'p50 ≤ 250 ms, p95 ≤ 500 ms', met: p50 <= 250 && p95 <= 500 },
  );
}
await browser.close();
await server.stop();
