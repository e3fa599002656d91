import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../core/logger.ts';
import type { Signaling } from '../signaling/createSignaling.ts';
import { hasSuccessor, type Meetings } from './createMeetings.ts';
import type { Cluster } from './openCluster.ts';

/** A balancer that looks every few seconds has noticed after one of the first pauses. */
const AGAIN_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

interface Clients {
  edge: Signaling;
  meetings: Meetings;
}

interface Surroundings {
  cluster: Cluster;
  logger: Logger;
}

/** Others go on with what is live here, and clients are sent on to them: nobody loses a place. */
export async function giveAway(
  { edge, meetings }: Clients,
  { cluster: { registry }, logger }: Surroundings,
): Promise<void> {
  await registry.mark(registry.self.instanceId, 'draining').catch((error: unknown) => {
    logger.warn({ err: error }, 'other nodes are not told of the drain');
  });
  await meetings.handOver();
  await edge.sendOn();
}

/** An operator drains this node: the same, and it goes on serving whom a balancer still sends. */
export function drainWhenMarked(
  { edge, meetings }: Clients,
  { cluster, logger }: Surroundings,
  isClosing: () => boolean,
): void {
  const { registry } = cluster;
  const { instanceId: self } = registry.self;
  let drains = 0;
  registry.on('marked', ({ instanceId, mark }) => {
    if (instanceId !== self || mark !== 'draining' || isClosing() || !hasSuccessor(cluster)) return;
    logger.info('this node is drained');
    const drain = ++drains;
    const goesOn = (): boolean =>
      drain === drains &&
      registry.find(self)?.mark === 'draining' &&
      !isClosing() &&
      hasSuccessor(cluster);
    const giveAllAway = async (): Promise<void> => {
      // Somebody who asked before that was known may have brought one to life here.
      await meetings.manager.giveAway();
      await edge.sendOn();
    };
    repeatWhile(goesOn, giveAllAway).catch((error: unknown) => {
      logger.error({ err: error }, 'the drain has failed');
    });
  });
}

/**
 * This node is cut off from all others: its clients are sent on to them, who have taken its meetings over
 * by then. What it has of these is left as it is; once it is heard again it is fenced.
 */
export function sendOnWhenIsolated(
  { edge }: Pick<Clients, 'edge'>,
  { cluster: { isolation }, logger }: Surroundings,
  isClosing: () => boolean,
): void {
  let times = 0;
  isolation.on('isolated', () => {
    const time = ++times;
    const goesOn = (): boolean => time === times && isolation.isIsolated && !isClosing();
    repeatWhile(goesOn, () => edge.sendOn()).catch((error: unknown) =>
      logger.error({ err: error }, 'clients were not sent on'),
    );
  });
}

/** Whoever comes back is sent on again, ever more seldom: the balancer may never notice. */
async function repeatWhile(goesOn: () => boolean, sendOn: () => Promise<void>): Promise<void> {
  for (let pauseMs = AGAIN_MS; goesOn(); pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    await sendOn();
    await sleep(pauseMs, undefined, { ref: false });
  }
}
