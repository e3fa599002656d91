/**
 * Every part of a cluster is lost in the middle of a meeting of two browsers: what its people see of
 * that, and how long commands and new connections take (docs/cluster.md).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeProcess } from '../test/support/NodeProcess.ts';
import { ClusterMeeting } from './support/ClusterMeeting.ts';
import { connectGuest } from './support/meetings.ts';
import type { ParleySession } from './support/ParleySession.ts';
import { largestGap, now, recoveryAfter } from './support/pictures.ts';
import { childrenOf, cpuSeconds } from './support/processes.ts';
import { report } from './support/report.ts';
import { figures, percentile, round } from './support/statistics.ts';

const ROUNDS = 6;
const PATIENCE_MS = 30_000;
const POLL_MS = 100;
/** Between two faults: pages that have just come back count as new, and nobody mistrusts the node. */
const QUIET_MS = 3_000;
const ASK_EVERY_MS = 20;
const ANSWER_MS = 1_000;
/** How long a store is away. */
const AWAY_MS = 3_000;
/** A frozen process is woken so long after everything has gone on without it. */
const FROZEN_MS = 1_000;
const STUTTER_MS = 500;

const meeting = await ClusterMeeting.open();
const { processes } = meeting.cluster;

reportPictures('media worker killed', 1_500, await rounds(workerKilled));
reportPictures('media worker hung', 4_000, await rounds(workerHung));
reportPictures('media node killed', 1_000, await rounds(mediaNodeKilled));
reportPictures('media host frozen, its workers too', 6_000, await rounds(mediaHostFrozen));
reportSignaling('owner killed', 2_000, 3_000, await rounds(ownerKilled));
reportSignaling('owner frozen', 6_000, 6_000, await rounds(ownerFrozen));
reportStore('Redis killed, empty again after 3 s', await rounds(redisAway));
reportStore('PostgreSQL away for 3 s', await rounds(postgresAway));

await meeting.close();

async function rounds<T>(round: () => Promise<T[]>): Promise<T[]> {
  const all: T[] = [];
  for (let done = 0; done < ROUNDS; done++) {
    await meeting.spread();
    await sleep(QUIET_MS);
    all.push(...(await round()));
    await meeting.healed();
  }
  return all;
}

async function workerKilled(): Promise<number[]> {
  const node = await meeting.carrier();
  const pid = busiest(childrenOf(node.pid));
  const from = now();
  process.kill(pid, 'SIGKILL');
  return picturesAgain(from);
}

async function workerHung(): Promise<number[]> {
  const node = await meeting.carrier();
  const pid = busiest(childrenOf(node.pid));
  const from = now();
  // The watchdog kills it.
  process.kill(pid, 'SIGSTOP');
  return picturesAgain(from);
}

async function mediaNodeKilled(): Promise<number[]> {
  const node = await meeting.carrier();
  const from = now();
  node.signal('SIGKILL');
  const again = await picturesAgain(from);
  await node.restart();
  return again;
}

async function mediaHostFrozen(): Promise<number[]> {
  const node = await meeting.carrier();
  const pids = [node.pid, ...childrenOf(node.pid)];
  const from = now();
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  const again = await picturesAgain(from);
  await node.restart();
  return again;
}

/** What one loss of the owner cost. */
interface OwnerLoss {
  /** Milliseconds until somebody on the other node was answered again. */
  answered: number;
  /** … until the page whose node was lost was in its place again. */
  back: number;
  gaps: number[];
}

async function ownerKilled(): Promise<OwnerLoss[]> {
  const { owner, other } = await meeting.signaling();
  return loseOwner(
    owner,
    other,
    () => owner.signal('SIGKILL'),
    () => owner.restart(),
  );
}

async function ownerFrozen(): Promise<OwnerLoss[]> {
  const { owner, other } = await meeting.signaling();
  return loseOwner(
    owner,
    other,
    () => owner.signal('SIGSTOP'),
    async () => {
      await sleep(FROZEN_MS);
      owner.signal('SIGCONT');
    },
  );
}

async function loseOwner(
  owner: NodeProcess,
  other: NodeProcess,
  lose: () => void,
  heal: () => Promise<void>,
): Promise<OwnerLoss[]> {
  const witness = await meeting.witness(other);
  const stranded = meeting.places.find(({ node }) => node === owner);
  if (!stranded) throw new Error('nobody is on that node');
  const back = stranded.visitor.rejoined();
  const from = now();
  lose();
  meeting.leadAwayFrom(owner, other);
  const answered = (await answeredBy(witness)) - from;
  const backAfter = (await back) - from;
  const gaps = await gapsSince(from);
  await witness.leave();
  await heal();
  return [{ answered, back: backAfter, gaps }];
}

/** What the loss of a store cost. */
interface StoreLoss {
  gaps: number[];
  /** Milliseconds that somebody who was in had to wait for an answer while it was away. */
  answered: number;
  /** … from its return until somebody new was in. */
  joined: number;
}

function redisAway(): Promise<StoreLoss[]> {
  return loseStore(
    () => processes.redis.stop(),
    () => processes.redis.start(),
  );
}

function postgresAway(): Promise<StoreLoss[]> {
  return loseStore(
    () => processes.database.cut(),
    () => processes.database.restore(),
  );
}

async function loseStore(
  lose: () => Promise<void> | void,
  restore: () => Promise<void> | void,
): Promise<StoreLoss[]> {
  const { other } = await meeting.signaling();
  const witness = await meeting.witness(other);
  const from = now();
  await lose();
  const asked = now();
  const answered = (await answeredBy(witness)) - asked;
  await sleep(AWAY_MS);
  await restore();
  const restored = now();
  const joined = (await joins(other)) - restored;
  const gaps = await gapsSince(from);
  await witness.leave();
  return [{ gaps, answered, joined }];
}

/** When somebody who is in the meeting is answered: asks until then. */
async function answeredBy(session: ParleySession): Promise<number> {
  const { meetingId } = meeting;
  return insist(async () => {
    const request = session.request('raise-hand', { meetingId, raised: true });
    await Promise.race([request, sleep(ANSWER_MS).then(() => Promise.reject(new Error('late')))]);
  });
}

/** When somebody new could come in: tries until then. */
function joins({ url }: NodeProcess): Promise<number> {
  return insist(async () => {
    const session = await connectGuest(url, meeting.meetingId);
    try {
      await session.join();
      await session.leave();
    } finally {
      session.socket.disconnect();
    }
  });
}

async function insist(attempt: () => Promise<void>): Promise<number> {
  const deadline = now() + PATIENCE_MS;
  for (;;) {
    try {
      await attempt();
      return now();
    } catch (error) {
      if (now() > deadline) throw error;
      await sleep(ASK_EVERY_MS);
    }
  }
}

/** For each of both pages, milliseconds to the first picture of the new path. */
async function picturesAgain(from: number): Promise<number[]> {
  const deadline = from + PATIENCE_MS;
  for (;;) {
    await sleep(POLL_MS);
    const all = await Promise.all(
      meeting.visitors.map(async (visitor) => recoveryAfter(await visitor.frames(from), from)),
    );
    const moving = all.every(({ smooth }) => !Number.isNaN(smooth));
    if (moving) return all.map(({ first }) => first);
    if (now() > deadline) return all.map(() => PATIENCE_MS);
  }
}

/** The largest pause between pictures on each page, until they have moved for a while afterwards. */
async function gapsSince(from: number): Promise<number[]> {
  await sleep(STUTTER_MS);
  return Promise.all(
    meeting.visitors.map(async (visitor) => largestGap(await visitor.frames(from))),
  );
}

function busiest(pids: readonly number[]): number {
  const [most] = pids.toSorted((a, b) => cpuSeconds(b) - cpuSeconds(a));
  if (most === undefined) throw new Error('the node has no worker');
  return most;
}

function reportPictures(what: string, gateMs: number, times: readonly number[]): void {
  const p95 = percentile(times, 0.95);
  report(
    `${what} → pictures again`,
    { n: times.length, ...figures(times) },
    { text: `p95 ≤ ${gateMs} ms`, met: p95 <= gateMs },
  );
}

function reportSignaling(
  what: string,
  answerGateMs: number,
  backGateMs: number,
  losses: readonly OwnerLoss[],
): void {
  const answered = losses.map((loss) => loss.answered);
  const back = losses.map((loss) => loss.back);
  const worst = Math.max(...losses.flatMap(({ gaps }) => gaps));
  const met =
    percentile(answered, 0.95) <= answerGateMs &&
    percentile(back, 0.95) <= backGateMs &&
    worst < STUTTER_MS;
  report(
    what,
    {
      n: losses.length,
      answered: figures(answered),
      clientsBack: figures(back),
      largestGapMs: round(worst, 0),
    },
    { text: `answers ≤ ${answerGateMs}, clients ≤ ${backGateMs}, gap < ${STUTTER_MS} ms`, met },
  );
}

function reportStore(what: string, losses: readonly StoreLoss[]): void {
  const worst = Math.max(...losses.flatMap(({ gaps }) => gaps));
  report(
    what,
    {
      n: losses.length,
      answeredMeanwhile: figures(losses.map(({ answered }) => answered)),
      joinsAgain: figures(losses.map(({ joined }) => joined)),
      largestGapMs: round(worst, 0),
    },
    { text: `gap < ${STUTTER_MS} ms`, met: worst < STUTTER_MS },
  );
}
