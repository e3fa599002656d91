/**
 * Server CPU for each forwarded packet, Parley beside bare mediasoup forwarding the same streams,
 * interleaved; fan-out latency comes from the same runs.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BotSession } from './support/BotSession.ts';
import { BareServer } from './support/BareSession.ts';
import { ParleyProcess } from './support/ParleyProcess.ts';
import { busyCores, cpuSeconds } from './support/processes.ts';
import { Publisher } from './support/Publisher.ts';
import { report } from './support/report.ts';
import { PUBLISHERS, Room } from './support/Room.ts';
import { median, percentile, round } from './support/statistics.ts';
import { Subscriber } from './support/Subscriber.ts';

const SUBSCRIBERS = [40, 160];
const REPEATS = 3;
const MAX_ATTEMPTS = 12;
/** A run beside something that takes more of the machine than this says little, and does not count. */
const MAX_OTHERS_CORES = 0.15;
const MEASURE_MS = 10_000;
/** V8 collects what joining left behind within this time; that is not the forwarding's cost. */
const SETTLE_MS = 12_000;

interface Run {
  /** CPU of worker and Node process, in µs for each packet that a subscriber received. */
  cpuPerPacketUs: number;
  /** Share of it that Node took; 0 for bare mediasoup, whose driver is the load generator itself. */
  nodeShare: number;
  packets: number;
  latencies: number[];
  complete: boolean;
  /** Cores that neither the server nor the load took. */
  othersCores: number;
}

interface Side {
  workerPid: number;
  nodePid: number | null;
  subscribers: Subscriber[];
}

for (const count of SUBSCRIBERS) {
  const pairs: { parley: Run; bare: Run }[] = [];
  for (let attempt = 0; attempt < MAX_ATTEMPTS && quiet(pairs).length < REPEATS; attempt++) {
    pairs.push({ parley: await runParley(count), bare: await runBare(count) });
  }
  const counted = quiet(pairs);
  if (counted.length < REPEATS) counted.push(...pairs.filter((pair) => !counted.includes(pair)));
  const parley = counted.map((pair) => pair.parley);
  const bare = counted.map((pair) => pair.bare);
  const ofParley = median(parley.map(({ cpuPerPacketUs }) => cpuPerPacketUs));
  const ofBare = median(bare.map(({ cpuPerPacketUs }) => cpuPerPacketUs));
  const ratios = counted.map((pair) => pair.parley.cpuPerPacketUs / pair.bare.cpuPerPacketUs);
  const ratio = median(ratios);
  report(
    'forwarding',
    {
      streams: PUBLISHERS * count,
      parleyUsPerPacket: round(ofParley),
      bareUsPerPacket: round(ofBare),
      ratio: round(ratio, 3),
      nodeShare: round(median(parley.map(({ nodeShare }) => nodeShare)), 3),
      ratios: ratios.map((one) => round(one, 3)),
      packetsPerRun: parley.map(({ packets }) => packets),
      complete: [...parley, ...bare].every(({ complete }) => complete),
      othersCores: round(Math.max(...[...parley, ...bare].map((run) => run.othersCores))),
      discarded: pairs.length - counted.length,
    },
    { text: 'ratio ≤ 1.05', met: ratio <= 1.05 },
  );
  const latencies = parley.flatMap((run) => run.latencies);
  const p95 = percentile(latencies, 0.95);
  report(
    'fan-out latency',
    {
      streams: PUBLISHERS * count,
      p50Ms: round(median(latencies)),
      p95Ms: round(p95),
      bareP50Ms: round(median(bare.flatMap((run) => run.latencies))),
      bareP95Ms: round(
        percentile(
          bare.flatMap((run) => run.latencies),
          0.95,
        ),
      ),
      samples: latencies.length,
    },
    { text: 'p95 ≤ 2 ms', met: p95 <= 2 },
  );
}

/** Those that had the machine to themselves. */
function quiet(pairs: readonly { parley: Run; bare: Run }[]) {
  return pairs.filter(({ parley, bare }) =>
    [parley, bare].every(({ othersCores }) => othersCores <= MAX_OTHERS_CORES),
  );
}

async function runParley(count: number): Promise<Run> {
  const server = await ParleyProcess.start({ PARLEY_MEDIA_MAX_OUTGOING_BITRATE: '100000000' });
  const [workerPid = 0] = server.workers;
  const room = await Room.open(server.url);
  await room.growTo(count);
  const { subscribers } = room;
  const run = await measure({ workerPid, nodePid: server.pid, subscribers });
  await room.empty();
  await server.stop();
  return run;
}

async function runBare(count: number): Promise<Run> {
  const server = await BareServer.start();
  const publishers = await Promise.all(
    Array.from({ length: PUBLISHERS }, () => Publisher.create(server.createSession())),
  );
  const producerIds = publishers.map(({ producerId }) => producerId);
  const subscribers: Subscriber[] = [];
  for (let index = 0; index < count; index++) {
    const session: BotSession = server.createSession();
    subscribers.push(await Subscriber.create(session, producerIds));
  }
  const run = await measure({
    workerPid: server.worker.pid,
    nodePid: null,
    subscribers,
  });
  for (const closing of [...publishers, ...subscribers]) closing.close();
  server.stop();
  return run;
}

async function measure(side: Side): Promise<Run> {
  const { subscribers, workerPid, nodePid } = side;
  await Promise.all(subscribers.map((subscriber) => subscriber.hears(PUBLISHERS)));
  await sleep(SETTLE_MS);
  for (const subscriber of subscribers) subscriber.latencies.length = 0;
  const count = () => subscribers.reduce((sum, { packets }) => sum + packets, 0);
  const worker = () => cpuSeconds(workerPid);
  const node = () => (nodePid === null ? 0 : cpuSeconds(nodePid));
  const load = () => cpuSeconds(process.pid);
  const busy = busyCores();
  const begin = { packets: count(), worker: worker(), node: node(), load: load() };
  await sleep(MEASURE_MS);
  const packets = count() - begin.packets;
  const workerSeconds = worker() - begin.worker;
  const nodeSeconds = node() - begin.node;
  const ownCores = ((workerSeconds + nodeSeconds + load() - begin.load) * 1_000) / MEASURE_MS;
  return {
    cpuPerPacketUs: ((workerSeconds + nodeSeconds) * 1e6) / packets,
    nodeShare: nodeSeconds / (workerSeconds + nodeSeconds),
    packets,
    latencies: subscribers.flatMap(({ latencies }) => latencies),
    complete: subscribers.every(({ firstPacketAt }) => firstPacketAt.size === PUBLISHERS),
    othersCores: busy() - ownCores,
  };
}
