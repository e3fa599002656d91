/**
 * What it costs that somebody watches from another worker: the same streams within one worker, piped
 * to a second one of the same node, and piped to another node (encrypted and retransmitted).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Place } from '../server/media/cascade/placement.ts';
import { PlacedMeeting } from './support/PlacedMeeting.ts';
import { report } from './support/report.ts';
import { median, percentile, round } from './support/statistics.ts';
import type { Subscriber } from './support/Subscriber.ts';

const PUBLISHERS = 5;
const SUBSCRIBERS = 40;
const REPEATS = 3;
const SETTLE_MS = 3_000;
const MEASURE_MS = 8_000;

const HOME: Place = { nodeId: 'a', worker: 0 };
const AUDIENCES = [
  { where: 'same worker', place: HOME },
  { where: 'another worker of the node', place: { nodeId: 'a', worker: 1 } },
  { where: 'another node', place: { nodeId: 'b', worker: 0 } },
] as const;

interface Run {
  /** CPU of all workers, in µs for each packet that a subscriber received. */
  cpuPerPacketUs: number;
  latencies: number[];
}

const runs: { where: string; run: Run }[] = [];
// Interleaved, so that what else the machine does falls on all of them.
for (let repeat = 0; repeat < REPEATS; repeat++) {
  for (const { where, place } of AUDIENCES) runs.push({ where, run: await measure(place) });
}
const together = figuresOf(AUDIENCES[0].where);
for (const { where } of AUDIENCES) {
  const figures = figuresOf(where);
  report('pipe hop', {
    where,
    streams: PUBLISHERS * SUBSCRIBERS,
    p50Ms: round(figures.p50),
    p95Ms: round(figures.p95),
    addedP50Ms: round(figures.p50 - together.p50),
    addedP95Ms: round(figures.p95 - together.p95),
    cpuPerPacketUs: round(figures.cpuPerPacketUs),
    cpuRatio: round(figures.cpuPerPacketUs / together.cpuPerPacketUs),
    // What the pipes take: each packet crosses them once for all subscribers.
    cpuPerPipedPacketUs: round((figures.cpuPerPacketUs - together.cpuPerPacketUs) * SUBSCRIBERS),
    samples: figures.samples,
  });
}

async function measure(place: Place): Promise<Run> {
  const meeting = await PlacedMeeting.open({ a: 2, b: 1 });
  const producerIds: string[] = [];
  for (let count = 0; count < PUBLISHERS; count++) {
    producerIds.push((await meeting.publish(HOME)).producerId);
  }
  const subscribers: Subscriber[] = [];
  for (let count = 0; count < SUBSCRIBERS; count++) {
    subscribers.push(await meeting.subscribe(place, producerIds));
  }
  await sleep(SETTLE_MS);
  for (const subscriber of subscribers) subscriber.latencies.length = 0;
  const received = () => subscribers.reduce((sum, { packets }) => sum + packets, 0);
  const before = { packets: received(), seconds: meeting.workerSeconds() };
  await sleep(MEASURE_MS);
  const packets = received() - before.packets;
  const seconds = meeting.workerSeconds() - before.seconds;
  const latencies = subscribers.flatMap((subscriber) => subscriber.latencies);
  await meeting.close();
  return { cpuPerPacketUs: (seconds * 1e6) / packets, latencies };
}

/** Over all runs of one kind. */
function figuresOf(where: string) {
  const all = runs.flatMap((one) => (one.where === where ? [one.run] : []));
  const latencies = all.flatMap((run) => run.latencies);
  return {
    p50: median(latencies),
    p95: percentile(latencies, 0.95),
    cpuPerPacketUs: median(all.map(({ cpuPerPacketUs }) => cpuPerPacketUs)),
    samples: latencies.length,
  };
}
