/**
 * Memory that each participant takes, Node and worker together, in one room that grows while five
 * people publish: from nobody to 40 subscribers, and from 40 to 160. What garbage collection would
 * free is not counted.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ParleyProcess } from './support/ParleyProcess.ts';
import { residentMb } from './support/processes.ts';
import { report } from './support/report.ts';
import { PUBLISHERS, Room } from './support/Room.ts';
import { median, round } from './support/statistics.ts';

/** Join and leave before anything is measured, so that code and pools are loaded. */
const WARM_UP = 20;
const SMALL = 40;
const LARGE = 160;
const REPEATS = 3;
/** Longer than a worker keeps packets for retransmission. */
const SETTLE_MS = 6_000;

interface Memory {
  node: number;
  worker: number;
}
interface Run {
  idle: Memory;
  /** For each participant. */
  first: Memory;
  more: Memory;
}

const runs: Run[] = [];
for (let repeat = 0; repeat < REPEATS; repeat++) runs.push(await grow());
const idle = middle(runs.map((run) => run.idle));
report('idle memory', { nodeMb: round(idle.node), workerMb: round(idle.worker) });
const parts = [
  { from: 0, to: PUBLISHERS + SMALL, each: middle(runs.map(({ first }) => first)) },
  { from: PUBLISHERS + SMALL, to: PUBLISHERS + LARGE, each: middle(runs.map(({ more }) => more)) },
];
for (const { from, to, each } of parts) {
  const mb = each.node + each.worker;
  report(
    'memory for each participant',
    { from, to, mb: round(mb), nodeMb: round(each.node), workerMb: round(each.worker) },
    { text: '≤ 0.33 MB', met: mb <= 0.33 },
  );
}

async function grow(): Promise<Run> {
  const server = await ParleyProcess.start();
  const warmUp = await Room.open(server.url);
  await warmUp.growTo(WARM_UP);
  await warmUp.empty();
  const idle = await settled(server);
  const room = await Room.open(server.url);
  await room.growTo(SMALL);
  const small = await settled(server);
  await room.growTo(LARGE);
  const large = await settled(server);
  await room.empty();
  await server.stop();
  return {
    idle,
    first: growth(idle, small, PUBLISHERS + SMALL),
    more: growth(small, large, LARGE - SMALL),
  };
}

async function settled(server: ParleyProcess): Promise<Memory> {
  await sleep(SETTLE_MS);
  await server.collectGarbage();
  return { node: residentMb(server.pid), worker: residentMb(server.workers[0] ?? 0) };
}

function growth(before: Memory, after: Memory, people: number): Memory {
  return {
    node: (after.node - before.node) / people,
    worker: (after.worker - before.worker) / people,
  };
}

function middle(of: readonly Memory[]): Memory {
  return {
    node: median(of.map(({ node }) => node)),
    worker: median(of.map(({ worker }) => worker)),
  };
}
