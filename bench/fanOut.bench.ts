/**
 * One publisher and as many viewers as Parley lets in, on one worker, two workers and two nodes; bare
 * mediasoup with as many viewers as fit on one worker beside it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { BareServer } from './support/BareSession.ts';
import { BenchCluster } from './support/BenchCluster.ts';
import type { BotSession } from './support/BotSession.ts';
import { connectGuests, createMeeting, startPublishers } from './support/meetings.ts';
import { childrenOf, cpuSeconds } from './support/processes.ts';
import { Publisher } from './support/Publisher.ts';
import { report } from './support/report.ts';
import { median, percentile, round } from './support/statistics.ts';
import { Subscriber } from './support/Subscriber.ts';

/** A camera of 360p: what a viewer in a large meeting is sent. */
const PACKETS_PER_SECOND = 60;
const CAPACITY = 1_000;
/** Viewers that come at the same time. */
const BATCH = 20;
/** By then what was reserved for those who came is part of what the workers report. */
const REPORTED_MS = 6_000;
const SETTLE_MS = 10_000;
const MEASURE_MS = 10_000;
/** Of the packets that were sent, for each viewer. */
const COMPLETE = 0.99;

const ARRANGEMENTS = [
  { where: 'one worker', media: 1, workers: 1 },
  { where: 'two workers of a node', media: 1, workers: 2 },
  { where: 'two nodes of a worker', media: 2, workers: 1 },
] as const;

interface Audience {
  publisher: Publisher;
  /** Process ids of the media workers that forward. */
  workers: readonly number[];
  subscribers: readonly Subscriber[];
}

let onOneWorker = CAPACITY;
for (const { where, media, workers } of ARRANGEMENTS) {
  const cluster = await BenchCluster.start({
    signaling: 1,
    media,
    env: {
      PARLEY_MEDIA_WORKERS: String(workers),
      PARLEY_MEDIA_MAX_OUTGOING_BITRATE: '100000000',
      PARLEY_MEETINGS_MAX_CAPACITY: String(CAPACITY),
    },
  });
  const audience = await fill(cluster);
  if (where === 'one worker') onOneWorker = audience.subscribers.length;
  await measure(`Parley, ${where}`, audience);
  await cluster.stop();
}
await measureBare(onOneWorker);

/** Viewers come until nobody more has room, or the meeting is full. */
async function fill({ processes }: BenchCluster): Promise<Audience> {
  const url = processes.signaling[0]?.url ?? '';
  const meetingId = await createMeeting(url, CAPACITY);
  const [publishing] = await startPublishers(url, meetingId, 1, PACKETS_PER_SECOND);
  if (!publishing) throw new Error('nobody sends');
  const subscribers: Subscriber[] = [];
  for (;;) {
    const before = subscribers.length;
    const sessions = await connectGuests(url, meetingId, BATCH);
    const came = await Promise.allSettled(
      sessions.map(async (session) => {
        await session.join();
        const { producerIds } = session;
        const subscriber = await Subscriber.create(session, producerIds);
        const views = producerIds.map((producerId) => ({ producerId, width: 640, height: 360 }));
        await session.request('update-views', { meetingId, views });
        await subscriber.hears(1);
        return subscriber;
      }),
    );
    const refusals = new Set<string>();
    for (const outcome of came) {
      if (outcome.status === 'fulfilled') {
        subscribers.push(outcome.value);
        continue;
      }
      const [code] = /NO_CAPACITY|FULL/.exec(String(outcome.reason)) ?? [];
      if (code === undefined) throw outcome.reason;
      refusals.add(code);
    }
    if (refusals.has('FULL') || (refusals.size > 0 && subscribers.length === before)) break;
    if (refusals.size > 0) await sleep(REPORTED_MS);
  }
  const workers = processes.media.flatMap(({ pid }) => childrenOf(pid));
  return { publisher: publishing.publisher, workers, subscribers };
}

async function measureBare(viewers: number): Promise<void> {
  const server = await BareServer.start();
  const publisher = await Publisher.create(server.createSession(), PACKETS_PER_SECOND);
  const subscribers: Subscriber[] = [];
  while (subscribers.length < viewers) {
    const session: BotSession = server.createSession();
    subscribers.push(await Subscriber.create(session, [publisher.producerId]));
  }
  await Promise.all(subscribers.map((subscriber) => subscriber.hears(1)));
  await measure('bare mediasoup, one worker', {
    publisher,
    workers: [server.worker.pid],
    subscribers,
  });
  server.stop();
}

/** Closes the audience afterwards. */
async function measure(
  where: string,
  { publisher, workers, subscribers }: Audience,
): Promise<void> {
  await sleep(SETTLE_MS);
  for (const subscriber of subscribers) subscriber.latencies.length = 0;
  const received = () => subscribers.map(({ packets }) => packets);
  const used = () => workers.map(cpuSeconds);
  const [packetsBefore, usedBefore] = [received(), used()];
  const began = performance.now();
  await sleep(MEASURE_MS);
  const seconds = (performance.now() - began) / 1_000;
  const each = received().map((count, index) => count - (packetsBefore[index] ?? 0));
  const cores = used().map((spent, index) => (spent - (usedBefore[index] ?? 0)) / seconds);
  const packetsPerSecond = each.reduce((sum, count) => sum + count, 0) / seconds;
  const expected = PACKETS_PER_SECOND * seconds * COMPLETE;
  const latencies = subscribers.flatMap((subscriber) => subscriber.latencies);
  const all = cores.reduce((sum, share) => sum + share, 0);
  report('one to many', {
    where,
    viewers: subscribers.length,
    packetsPerSecond: round(packetsPerSecond, 0),
    workerCores: cores.map((share) => round(share)),
    packetsPerSecondPerCore: round(packetsPerSecond / all, 0),
    viewersThatMissed: each.filter((count) => count < expected).length,
    p50Ms: round(median(latencies)),
    p95Ms: round(percentile(latencies, 0.95)),
  });
  for (const closing of [publisher, ...subscribers]) closing.close();
}
