import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { Publisher } from '../../bench/support/Publisher.ts';
import { Subscriber } from '../../bench/support/Subscriber.ts';
import { createLogger } from '../../server/core/logger.ts';
import { MediaCascade } from '../../server/media/cascade/MediaCascade.ts';
import { place, type Placement } from '../../server/media/cascade/placement.ts';
import type { MediaEvents } from '../../server/media/MediaCommands.ts';
import type { MediaExecutor } from '../../server/media/MediaExecutor.ts';
import type { MediaNode } from '../../server/media/MediaNode.ts';
import { CascadeBot } from './CascadeBot.ts';
import { eventually } from './eventually.ts';
import { startMediaNode } from './mediaNode.ts';
import { MediaNodesInProcess, overPlainData } from './MediaNodesInProcess.ts';

const logger = createLogger('silent', 'json');
const LONG_MS = 600_000;
let meetings = 0;

/** Two media nodes, `a` and `b`, of two workers each, for all tests of a file. */
export function useCascade() {
  const nodes = new Map<string, MediaNode>();
  const closing: (() => unknown)[] = [];

  beforeAll(async () => {
    for (const nodeId of ['a', 'b']) {
      nodes.set(nodeId, await startMediaNode(2, logger));
    }
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    await eventually(() => {
      for (const node of nodes.values()) expect(node.workers).toHaveLength(2);
    });
    for (const node of nodes.values()) expect(node.stats().meetings).toBe(0);
  });
  afterAll(() => {
    for (const node of nodes.values()) node.close();
  });

  /** A meeting whose participants are placed where the test wants them. */
  async function begin({ pipeIdleMs = LONG_MS } = {}) {
    const meetingId = `meeting-${++meetings}`;
    let wanted = { nodeId: 'a', worker: 0 };
    const placement: Placement = (request, known, random) =>
      known.some(({ nodeId }) => nodeId === wanted.nodeId) ? wanted : place(request, known, random);
    const own = (owner: string) => {
      const ports = new MediaNodesInProcess(owner, nodes);
      const made = new MediaCascade({ nodes: ports, owner, logger, pipeIdleMs, placement });
      closing.push(async () => {
        await made.closeMeeting(meetingId);
        made.close();
        ports.close();
      });
      return { ports, cascade: made };
    };
    const { ports, cascade } = own('owner-1');
    const events = record(cascade);
    const { rtpCapabilities } = await cascade.openMeeting(meetingId, 1);
    const bot = (id: string, nodeId: string, worker: number): CascadeBot => {
      wanted = { nodeId, worker };
      return new CascadeBot(cascade, meetingId, id, rtpCapabilities);
    };
    return {
      meetingId,
      ports,
      cascade,
      events,
      own,
      async publish(id: string, nodeId: string, worker: number) {
        const session = bot(id, nodeId, worker);
        const publisher = await Publisher.create(session);
        closing.push(() => publisher.close());
        return { session, producerId: publisher.producerId };
      },
      async subscribe(id: string, nodeId: string, worker: number, producerIds: string[]) {
        const session = bot(id, nodeId, worker);
        const subscriber = await Subscriber.create(session, producerIds);
        closing.push(() => subscriber.close());
        await subscriber.hears(producerIds.length);
        return { session, subscriber };
      },
      bot,
      /** What a node has of the meeting. */
      async inventory(nodeId: string, owner = 'owner-1', epoch = 1) {
        return (await executorOf(nodeId).inventory({ meetingId, owner, epoch })).routers;
      },
      kill(nodeId: string, worker: number) {
        const pid = nodes.get(nodeId)?.workers.find(({ index }) => index === worker)?.pid;
        process.kill(pid ?? 0, 'SIGKILL');
      },
    };
  }

  function executorOf(nodeId: string): MediaExecutor {
    const node = nodes.get(nodeId);
    if (!node) throw new Error(`there is no node ${nodeId}`);
    return overPlainData(node);
  }

  return { nodes, begin, executorOf, closing };
}

/** Producers that came to a node over links, by the worker they came to. */
export function incoming(routers: Awaited<ReturnType<MediaNode['inventory']>>['routers']) {
  return routers.flatMap(({ worker, links }) =>
    links.flatMap((link) =>
      link.incoming.map(({ producerId, paused }) => ({ worker, producerId, paused })),
    ),
  );
}

/** Waits until it gets more of what it watches. */
export async function goesOn(subscriber: Subscriber): Promise<void> {
  const before = subscriber.packets;
  await eventually(() => expect(subscriber.packets).toBeGreaterThan(before + 10));
}

/** Everything of a name that was emitted so far. */
export function record(cascade: MediaCascade) {
  const resets: MediaEvents['meeting-reset'][0][] = [];
  const stale: MediaEvents['stale'][0][] = [];
  const closed: MediaEvents['consumers-stale'][0][] = [];
  const wanted: MediaEvents['layers-wanted'][0][] = [];
  const ended: MediaEvents['producer-closed'][0][] = [];
  cascade.on('meeting-reset', (event) => resets.push(event));
  cascade.on('stale', (event) => stale.push(event));
  cascade.on('consumers-stale', (event) => closed.push(event));
  cascade.on('layers-wanted', (event) => wanted.push(event));
  cascade.on('producer-closed', (event) => ended.push(event));
  return { resets, stale, closed, wanted, ended };
}
