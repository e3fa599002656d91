/** Signaling joins a second over one and two signaling nodes, with Redis and PostgreSQL behind them. */
import { BenchCluster } from './support/BenchCluster.ts';
import { connectGuests, createMeeting } from './support/meetings.ts';
import { cpuSeconds } from './support/processes.ts';
import { report } from './support/report.ts';
import { median, round } from './support/statistics.ts';

const NODES = [1, 2];
const REPEATS = 3;
const LOADS = [
  { what: 'one room of 95', rooms: 1, size: 95 },
  { what: 'rooms of 10', rooms: 20, size: 10 },
] as const;

interface Run {
  perSecond: number;
  /** CPU of all signaling nodes, in milliseconds for each join. */
  cpuMs: number;
  /** … of the busiest of them. */
  busiestCpuMs: number;
}

const runs: { nodes: number; what: string; run: Run }[] = [];
// Interleaved, so that what else the machine does falls on all of them.
for (let repeat = 0; repeat < REPEATS; repeat++) {
  for (const nodes of NODES) {
    for (const { what, rooms, size } of LOADS) {
      runs.push({ nodes, what, run: await measure(nodes, rooms, size) });
    }
  }
}
for (const { what } of LOADS) {
  for (const nodes of NODES) {
    const all = runs.flatMap((one) => (one.nodes === nodes && one.what === what ? [one.run] : []));
    report('signaling joins on a cluster', {
      what,
      signalingNodes: nodes,
      perSecond: round(median(all.map(({ perSecond }) => perSecond)), 0),
      runs: all.map(({ perSecond }) => round(perSecond, 0)),
      cpuMsPerJoin: round(median(all.map(({ cpuMs }) => cpuMs))),
      busiestNodeCpuMsPerJoin: round(median(all.map(({ busiestCpuMs }) => busiestCpuMs))),
    });
  }
}

/** Everybody is connected, spread over the nodes, and joins at the same moment. */
async function measure(nodes: number, rooms: number, size: number): Promise<Run> {
  const cluster = await BenchCluster.start({ signaling: nodes, media: 1 });
  const { signaling } = cluster.processes;
  const sessions = [];
  for (let room = 0; room < rooms; room++) {
    const urls = signaling.map(({ url }) => url);
    const meetingId = await createMeeting(urls[room % nodes] ?? '');
    for (const [index, url] of urls.entries()) {
      const share = Math.floor(size / nodes) + (index < size % nodes ? 1 : 0);
      sessions.push(...(await connectGuests(url, meetingId, share)));
    }
  }
  const used = () => signaling.map(({ pid }) => cpuSeconds(pid));
  const before = used();
  const began = performance.now();
  await Promise.all(sessions.map((session) => session.join()));
  const seconds = (performance.now() - began) / 1_000;
  const cpu = used().map(
    (spent, index) => ((spent - (before[index] ?? 0)) * 1e3) / sessions.length,
  );
  for (const { socket } of sessions) socket.disconnect();
  await cluster.stop();
  return {
    perSecond: sessions.length / seconds,
    cpuMs: cpu.reduce((sum, share) => sum + share, 0),
    busiestCpuMs: Math.max(...cpu),
  };
}
