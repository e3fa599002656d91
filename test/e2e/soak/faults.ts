import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../support/eventually.ts';
import type { NodeProcess } from '../../support/NodeProcess.ts';
import type { Random } from '../../support/Random.ts';
import type { Whom } from './Attendee.ts';
import { workersOf } from './processes.ts';
import type { Stage } from './Stage.ts';
import { Violation } from './Violation.ts';

/** What a fault is made of. All that it chooses comes from `random`, so that it can be had again. */
export interface Strike {
  stage: Stage;
  random: Random;
  /** The fault is there: pauses and recoveries count from now. */
  hit: (what: string) => void;
  /** Waits until everybody is answered again, or all who are connected, and notes how long it took. */
  answered: (whom?: Whom) => Promise<void>;
  /** Waits until both see each other again. */
  pictures: () => Promise<void>;
}

export interface Fault {
  /** Whether pictures may pause, or must not. */
  pictures: 'return' | 'flow';
  /** Milliseconds until pictures are back where they may pause, else until everybody is answered (scale-out design, failure matrix). */
  targetMs: number;
  /** Breaks something and, unless the system itself does, mends it. */
  strike: (strike: Strike) => Promise<void>;
}

/** Nothing may happen to what stands still for so long. */
const STILL_MS = 2_000;
const DRAIN_TIMEOUT_MS = 30_000;
/** Share of the strikes against a signaling node that meet the owner of the meeting with pictures. */
const OWNERS = 0.7;

export const FAULTS = {
  'kill signaling': {
    pictures: 'flow',
    targetMs: 3_000,
    async strike({ stage, random, hit, answered }) {
      const node = await signalingOf(random, stage);
      stage.isAway(node);
      hit(node.name);
      await node.kill();
      await answered();
      await node.restart();
      stage.isBack(node);
    },
  },
  'freeze signaling': {
    pictures: 'flow',
    targetMs: 6_000,
    async strike({ stage, random, hit, answered }) {
      const node = await signalingOf(random, stage);
      const longer = random.next() * 12_000;
      stage.isAway(node);
      hit(node.name);
      node.signal('SIGSTOP');
      try {
        await answered();
        await sleep(longer);
        await expectStill(stage, async () => {
          node.signal('SIGCONT');
          await node.ready();
        });
      } finally {
        node.signal('SIGCONT');
      }
      stage.isBack(node);
    },
  },
  'stop signaling': {
    pictures: 'flow',
    targetMs: 3_000,
    async strike({ stage, random, hit, answered }) {
      const node = await signalingOf(random, stage);
      stage.isAway(node);
      hit(node.name);
      const code = await node.terminate();
      if (code !== 0)
        throw new Violation(
          9,
          `${node.name} was asked to stop, and exited with ${code ?? 'a signal'}`,
        );
      await answered();
      await node.restart();
      stage.isBack(node);
    },
  },
  'drain signaling': {
    pictures: 'flow',
    // No row of the matrix: three seconds of waves, and a balancer that looks every second.
    targetMs: 6_000,
    async strike({ stage, random, hit, answered }) {
      const node = await signalingOf(random, stage);
      hit(node.name);
      await stage.mark(node, 'draining');
      await eventually(async () => {
        const [own] = (await stage.nodes()).filter(({ name }) => name === node.name);
        if (own?.meetings === 0 && own.connections === 0) return;
        throw new Violation(9, `${node.name} is drained and has ${JSON.stringify(own)}`);
      }, DRAIN_TIMEOUT_MS);
      await answered();
      await stage.mark(node, 'ready');
    },
  },
  'move meetings': {
    pictures: 'flow',
    targetMs: 2_000,
    async strike({ stage, hit, answered }) {
      hit('both');
      for (const { meetingId } of stage.traffic) {
        const owner = await stage.ownerOf(meetingId);
        const other = stage.cluster.signaling.find((node) => node !== owner);
        if (other) await stage.move(meetingId, other);
      }
      await answered();
    },
  },
  'kill media': {
    pictures: 'return',
    targetMs: 2_000,
    async strike({ stage, random, hit, answered, pictures }) {
      const node = await carrierOf(random, stage);
      stage.isAway(node);
      hit(node.name);
      await node.kill();
      await pictures();
      await answered();
      await node.restart();
      stage.isBack(node);
    },
  },
  'freeze media': {
    pictures: 'return',
    targetMs: 6_000,
    async strike({ stage, random, hit, answered, pictures }) {
      const node = await carrierOf(random, stage);
      const longer = random.next() * 5_000;
      stage.isAway(node);
      hit(node.name);
      node.signal('SIGSTOP');
      try {
        await pictures();
        await answered();
        await sleep(longer);
      } finally {
        node.signal('SIGCONT');
      }
      stage.isBack(node);
    },
  },
  'drain media': {
    pictures: 'flow',
    targetMs: 2_000,
    async strike({ stage, random, hit, answered }) {
      const node = await carrierOf(random, stage);
      const ms = 2_000 + random.next() * 4_000;
      hit(node.name);
      await stage.mark(node, 'draining');
      await answered();
      await sleep(ms);
      await stage.mark(node, 'ready');
    },
  },
  'kill worker': {
    pictures: 'return',
    targetMs: 1_500,
    async strike({ stage, random, hit, answered, pictures }) {
      const node = await carrierOf(random, stage);
      hit(node.name);
      for (const pid of workersOf(node.pid)) process.kill(pid, 'SIGKILL');
      await pictures();
      await answered();
    },
  },
  'hang worker': {
    pictures: 'return',
    targetMs: 4_000,
    async strike({ stage, random, hit, answered, pictures }) {
      const node = await carrierOf(random, stage);
      hit(node.name);
      for (const pid of workersOf(node.pid)) process.kill(pid, 'SIGSTOP');
      await pictures();
      await answered();
    },
  },
  'restart Redis': {
    pictures: 'flow',
    targetMs: 3_000,
    async strike({ stage, random, hit, answered }) {
      const ms = random.next() * 5_000;
      hit('empty');
      await stage.cluster.redis.stop();
      await stayBroken(answered, ms, () => stage.cluster.redis.start());
    },
  },
  'wipe Redis': {
    pictures: 'flow',
    targetMs: 3_000,
    async strike({ stage, hit, answered }) {
      hit('everything');
      await stage.cluster.redis.flush();
      await answered();
    },
  },
  'hang Redis': {
    pictures: 'flow',
    targetMs: 3_000,
    async strike({ stage, random, hit, answered }) {
      const ms = 1_000 + random.next() * 6_000;
      hit(`${Math.round(ms)} ms`);
      stage.cluster.redis.pause();
      await stayBroken(answered, ms, () => stage.cluster.redis.resume());
    },
  },
  'crash PostgreSQL': {
    pictures: 'flow',
    targetMs: 3_000,
    async strike({ stage, hit, answered }) {
      hit('all connections');
      await stage.crashPostgres();
      await answered();
    },
  },
  'cut PostgreSQL off': {
    pictures: 'flow',
    targetMs: 3_000,
    async strike({ stage, random, hit, answered }) {
      const ms = 500 + random.next() * 5_000;
      hit(`${Math.round(ms)} ms`);
      stage.cluster.database.cut();
      // Who a new connection is from, the database knows.
      const connectedAreAnswered = () => answered('whoever is connected');
      await stayBroken(connectedAreAnswered, ms, () => stage.cluster.database.restore());
    },
  },
  'part owner and media': {
    pictures: 'flow',
    targetMs: 12_000,
    async strike({ stage, random, hit, answered }) {
      const owner = await stage.ownerOf(stage.traffic[0].meetingId);
      const media = await carrierOf(random, stage);
      const ms = 3_000 + random.next() * 6_000;
      const instances = {
        owner: await stage.instanceOf(owner),
        media: await stage.instanceOf(media),
      };
      const gates = [
        [stage.cluster.wiresOf(owner).mesh, instances.media],
        [stage.cluster.wiresOf(media).mesh, instances.owner],
      ] as const;
      hit(`${owner.name} and ${media.name}`);
      for (const [gate, instance] of gates) gate.silence((from) => from === instance);
      await stayBroken(answered, ms, () => {
        for (const [gate] of gates) gate.restore();
      });
    },
  },
  'part signaling and Redis': {
    pictures: 'flow',
    targetMs: 12_000,
    async strike({ stage, random, hit, answered }) {
      const node = await signalingOf(random, stage);
      const { redis } = stage.cluster.wiresOf(node);
      const ms = 2_000 + random.next() * 10_000;
      hit(node.name);
      redis.silence();
      await stayBroken(answered, ms, () => redis.restore());
      // Kept nowhere else, and not worth refusing to anybody.
      for (const traffic of stage.traffic) traffic.handsMayBeForgotten();
    },
  },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

/** Until everybody is answered, and `ms` milliseconds longer. It is mended however that ends. */
async function stayBroken(
  answered: () => Promise<void>,
  ms: number,
  mend: () => Promise<void> | void,
): Promise<void> {
  try {
    await answered();
    await sleep(ms);
  } finally {
    await mend();
  }
}

/** The owner of the first meeting, or the other. Not by name: tried again it is the same kind of node. */
async function signalingOf(random: Random, stage: Stage): Promise<NodeProcess> {
  const isOwner = random.next() < OWNERS;
  const owner = await stage.ownerOf(stage.traffic[0].meetingId);
  const node = stage.cluster.signaling.find((one) => (one === owner) === isOwner);
  return node ?? owner;
}

/** A media node with one of the two in browsers, the other being on another. */
async function carrierOf(random: Random, stage: Stage): Promise<NodeProcess> {
  const isFirst = random.next() < 0.5;
  await stage.part();
  const [first = '', second = ''] = await stage.carriers();
  const node = stage.cluster.media.find(({ name }) => name === (isFirst ? first : second));
  if (!node) throw new Error(`nobody is on ${isFirst ? first : second}`);
  return node;
}

/** Who wakes up after somebody else took over changes nothing: not who is in, nor who owns what. @throws Violation */
async function expectStill(stage: Stage, wake: () => Promise<void>): Promise<void> {
  for (const traffic of stage.traffic) await traffic.pause();
  const look = async () => {
    const snapshots = await Promise.all(stage.traffic.map((traffic) => traffic.look()));
    return snapshots.map(({ epoch, seq, participants }) => ({ epoch, seq, participants }));
  };
  const before = await eventually(async () => {
    const seen = await look();
    const away = seen.flatMap(({ participants }) => participants.filter(isAway));
    if (away.length > 0) throw new Error(`${away.map(({ name }) => name).join(', ')} are away`);
    return seen;
  }, DRAIN_TIMEOUT_MS);
  await wake();
  await sleep(STILL_MS);
  const after = await look();
  if (JSON.stringify(after) !== JSON.stringify(before)) {
    const [was, is] = [before, after].map((seen) => JSON.stringify(seen));
    throw new Violation(8, `a node woke up, and made of ${was ?? ''}\n${is ?? ''}`);
  }
  for (const traffic of stage.traffic) traffic.resume();
}

function isAway({ connection }: { connection: string }): boolean {
  return connection !== 'connected';
}
