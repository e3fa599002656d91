/**
 * Server CPU for each forwarded packet, Parley beside bare mediasoup forwarding the same streams,
 * interleaved; fan-out latency and memory come from the same runs.
 */
import type { BotSession } from './support/BotSession.ts';
import { BareServer } from './support/BareSession.ts';
import { connectGuests, createMeeting, startPublishers } from './support/meetings.ts';
import { ParleyProcess } from './support/ParleyProcess.ts';
import { cpuSeconds, machineLoad, residentMb } from './support/processes.ts';
import { Publisher } from './support/Publisher.ts';
import { report } from './support/report.ts';
import { median, percentile, round } from './support/statistics.ts';
import { Subscriber } from './support/Subscriber.ts';

const PUBLISHERS = 5;
const SUBSCRIBERS = [40, 160];
const REPEATS = 3;
const MEASURE_MS = 10_000;

interface Run {
  /** CPU of worker and Node process, in µs for each packet that a subscriber received. */
  cpuPerPacketUs: number;
  /** Share of it that Node took; 0 for bare mediasoup, whose driver is the load generator itself. */
  nodeShare: number;
  packets: number;
  latencies: number[];
  memoryPerParticipantMb: number | null;
  complete: boolean;
  machineLoad: number;
}

interface Side {
  workerPid: number;
  nodePid: number | null;
  publishers: Publisher[];
  subscribers: Subscriber[];
  memoryPerParticipantMb: number | null;
}

for (const count of SUBSCRIBERS) {
  const parley: Run[] = [];
  const bare: Run[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    parley.push(await runParley(count));
    bare.push(await runBare(count));
  }
  const ofParley = median(parley.map(({ cpuPerPacketUs }) => cpuPerPacketUs));
  const ofBare = median(bare.map(({ cpuPerPacketUs }) => cpuPerPacketUs));
  const ratio = median(parley.map((run, i) => run.cpuPerPacketUs / (bare[i]?.cpuPerPacketUs ?? 0)));
  report(
    'forwarding',
    {
      streams: PUBLISHERS * count,
      parleyUsPerPacket: round(ofParley),
      bareUsPerPacket: round(ofBare),
      ratio: round(ratio, 3),
      nodeShare: round(median(parley.map(({ nodeShare }) => nodeShare)), 3),
      packetsPerRun: parley.map(({ packets }) => packets),
      complete: [...parley, ...bare].every(({ complete }) => complete),
      machineLoad: round(median([...parley, ...bare].map((run) => run.machineLoad))),
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
  const memory = median(parley.flatMap((run) => run.memoryPerParticipantMb ?? []));
  report(
    'memory',
    { participants: PUBLISHERS + count, mbPerParticipant: round(memory) },
    { text: '≤ 0.33 MB for each participant', met: memory <= 0.33 },
  );
}

async function runParley(count: number): Promise<Run> {
  const server = await ParleyProcess.start({ PARLEY_MEDIA_MAX_OUTGOING_BITRATE: '100000000' });
  const [workerPid = 0] = server.workers;
  const meetingId = await createMeeting(server.url);
  const memory = () => residentMb(server.pid) + residentMb(workerPid);
  const before = memory();
  const publishing = await startPublishers(server.url, meetingId, PUBLISHERS);
  const sessions = await connectGuests(server.url, meetingId, count);
  const subscribers: Subscriber[] = [];
  for (const session of sessions) {
    await session.join();
    subscribers.push(await Subscriber.create(session, session.producerIds));
    const { meetingId: id, producerIds } = session;
    const views = producerIds.map((producerId) => ({ producerId, width: 640, height: 360 }));
    await session.request('update-views', { meetingId: id, views });
  }
  const run = await measure({
    workerPid,
    nodePid: server.pid,
    publishers: publishing.map(({ publisher }) => publisher),
    subscribers,
    memoryPerParticipantMb: (memory() - before) / (PUBLISHERS + count),
  });
  for (const { session } of publishing) session.socket.disconnect();
  for (const session of sessions) session.socket.disconnect();
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
    publishers,
    subscribers,
    memoryPerParticipantMb: null,
  });
  server.stop();
  return run;
}

async function measure(side: Side): Promise<Run> {
  const { publishers, subscribers, workerPid, nodePid } = side;
  await Promise.all(subscribers.map((subscriber) => subscriber.hears(PUBLISHERS)));
  for (const subscriber of subscribers) subscriber.latencies.length = 0;
  const count = () => subscribers.reduce((sum, { packets }) => sum + packets, 0);
  const worker = () => cpuSeconds(workerPid);
  const node = () => (nodePid === null ? 0 : cpuSeconds(nodePid));
  const begin = { packets: count(), worker: worker(), node: node(), load: machineLoad() };
  await new Promise((resolve) => setTimeout(resolve, MEASURE_MS));
  const packets = count() - begin.packets;
  const workerSeconds = worker() - begin.worker;
  const nodeSeconds = node() - begin.node;
  const run: Run = {
    cpuPerPacketUs: ((workerSeconds + nodeSeconds) * 1e6) / packets,
    nodeShare: nodeSeconds / (workerSeconds + nodeSeconds),
    packets,
    latencies: subscribers.flatMap(({ latencies }) => latencies),
    memoryPerParticipantMb: side.memoryPerParticipantMb,
    complete: subscribers.every(({ firstPacketAt }) => firstPacketAt.size === PUBLISHERS),
    machineLoad: begin.load(),
  };
  for (const closing of [...publishers, ...subscribers]) closing.close();
  return run;
}
