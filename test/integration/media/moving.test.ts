import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Publisher } from '../../../bench/support/Publisher.ts';
import { Subscriber } from '../../../bench/support/Subscriber.ts';
import { createLogger } from '../../../server/core/logger.ts';
import { MediaCascade } from '../../../server/media/cascade/MediaCascade.ts';
import type { MediaEvents } from '../../../server/media/MediaCommands.ts';
import type { MediaNode } from '../../../server/media/MediaNode.ts';
import { CascadeBot } from '../../support/CascadeBot.ts';
import { eventually } from '../../support/eventually.ts';
import { startMediaNode } from '../../support/mediaNode.ts';
import { MediaNodesInProcess } from '../../support/MediaNodesInProcess.ts';

const logger = createLogger('silent', 'json');
/** Soon over, and enough to build everything on a busy machine. */
const SHORT_TIMEOUT_MS = 4_000;
let meetings = 0;

type Moving = MediaEvents['participant-moving'][0];

describe('a meeting on a node that drains', () => {
  const nodes = new Map<string, MediaNode>();
  const closing: (() => unknown)[] = [];
  const sessions = new WeakMap<Subscriber, CascadeBot>();

  beforeAll(async () => {
    for (const nodeId of ['a', 'b']) {
      nodes.set(nodeId, await startMediaNode(1, logger));
    }
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    // Also what a node has that its owner took for lost.
    for (const node of nodes.values()) node.closeOrphans(() => false);
  });
  afterAll(() => {
    for (const node of nodes.values()) node.close();
  });

  /** Ada sends and Bob watches, both on node a. */
  async function begin({ moveTimeoutMs }: { moveTimeoutMs?: number } = {}) {
    const meetingId = `moving-${++meetings}`;
    const own = (owner: string) => {
      const ports = new MediaNodesInProcess(owner, nodes);
      const cascade = new MediaCascade({
        ...{ nodes: ports, owner, logger, ...(moveTimeoutMs !== undefined && { moveTimeoutMs }) },
        placement: (_, known) => {
          const node = known.find(({ ready }) => ready);
          return node ? { nodeId: node.nodeId, worker: 0 } : null;
        },
      });
      const moving: Moving[] = [];
      const closed: string[] = [];
      const reset: string[] = [];
      cascade.on('participant-moving', (event) => moving.push(event));
      cascade.on('producer-closed', ({ producerId }) => closed.push(producerId));
      cascade.on('meeting-reset', ({ participantIds }) => reset.push(...participantIds));
      closing.push(async () => {
        await cascade.closeMeeting(meetingId);
        cascade.close();
        ports.close();
      });
      return { ports, cascade, moving, closed, reset };
    };
    const first = own('owner-1');
    const { cascade, moving } = first;
    const { rtpCapabilities } = await cascade.openMeeting(meetingId, 1);
    const bot = (id: string, moveId?: number) =>
      new CascadeBot(cascade, meetingId, id, rtpCapabilities, moveId);
    const publish = async (moveId?: number) => {
      const publisher = await Publisher.create(bot('ada', moveId));
      closing.push(() => publisher.close());
      return publisher;
    };
    const watch = async (producerIds: string[], moveId?: number) => {
      const session = bot('bob', moveId);
      const subscriber = await Subscriber.create(session, producerIds);
      sessions.set(subscriber, session);
      closing.push(() => subscriber.close());
      await subscriber.hears(producerIds.length);
      return subscriber;
    };
    const publisher = await publish();
    const subscriber = await watch([publisher.producerId]);
    return {
      ...{ ...first, meetingId, own, publisher, subscriber, publish, watch },
      keyOf: (participantId: string) => ({ meetingId, participantId }),
      /** What somebody was told of their move. */
      async toldTo(id: string, nth = 1): Promise<Moving> {
        return eventually(() => {
          const told = moving.filter(({ participantId }) => participantId === id)[nth - 1];
          if (!told) throw new Error(`${id} was not told to move`);
          return told;
        }, 15_000);
      },
      where: () =>
        cascade
          .placementOf(meetingId)
          ?.routers.map(({ nodeId, participants }) => `${nodeId}: ${participants}`),
    };
  }

  async function goesOn(subscriber: Subscriber): Promise<void> {
    const before = subscriber.packets;
    await eventually(() => expect(subscriber.packets).toBeGreaterThan(before + 20));
  }

  it('gives everybody away, one who watches first, and nothing stops on the way', async () => {
    const { ports, cascade, subscriber, publisher, moving, closed, ...meeting } = await begin();
    ports.drain('a');
    const bobs = await meeting.toldTo('bob');
    const adas = await meeting.toldTo('ada');
    expect(moving.map(({ participantId }) => participantId)).toEqual(['bob', 'ada']);

    // The picture of the old producer comes by the new way, while the old way goes on.
    const bobAtB = await meeting.watch([publisher.producerId], bobs.moveId);
    await Promise.all([goesOn(subscriber), goesOn(bobAtB)]);
    await cascade.finishMove(meeting.keyOf('bob'), bobs.moveId, true);
    await cascade.finishMove(meeting.keyOf('bob'), bobs.moveId, true);
    await goesOn(bobAtB);

    const again = await meeting.publish(adas.moveId);
    const { recvTransportId = '' } = sessions.get(bobAtB) ?? {};
    const bob = meeting.keyOf('bob');
    const both = await cascade.consume(bob, recvTransportId, [again.producerId]);
    expect(both.refused).toEqual([]);
    expect(closed).toEqual([]);
    await cascade.finishMove(meeting.keyOf('ada'), adas.moveId, true);
    expect(closed).toContain(publisher.producerId);
    await eventually(() => expect(meeting.where()).toEqual(['b: 2']));
    await eventually(() => expect(nodes.get('a')?.stats().meetings).toBe(0));
    expect(meeting.reset).toEqual([]);
  });

  it('keeps who has not moved in time where they are, and asks them again', async () => {
    const { ports, cascade, subscriber, publisher, ...meeting } = await begin({
      moveTimeoutMs: SHORT_TIMEOUT_MS,
    });
    ports.drain('a');
    const { moveId } = await meeting.toldTo('bob');
    await meeting.watch([publisher.producerId], moveId);
    const later = await meeting.toldTo('bob', 2);
    expect(later.moveId).toBeGreaterThan(moveId);
    await expect(cascade.finishMove(meeting.keyOf('bob'), moveId, true)).rejects.toMatchObject({
      code: 'INVALID_STATE',
    });
    await goesOn(subscriber);
  });

  it('keeps who could not move where they are, with all that was made for it closed', async () => {
    const { ports, cascade, subscriber, closed, publisher, ...meeting } = await begin();
    ports.drain('a');
    const { moveId } = await meeting.toldTo('ada');
    const again = await meeting.publish(moveId);
    await cascade.finishMove(meeting.keyOf('ada'), moveId, false);
    expect(closed).toContain(again.producerId);
    expect(closed).not.toContain(publisher.producerId);
    await goesOn(subscriber);
  });

  it('moves nobody any more when the node is to keep what it has left', async () => {
    const { ports, cascade, publisher, ...meeting } = await begin();
    ports.drain('a');
    const { moveId } = await meeting.toldTo('bob');
    ports.undrain('a');
    await meeting.watch([publisher.producerId], moveId);
    await cascade.finishMove(meeting.keyOf('bob'), moveId, true);
    const told = meeting.moving.filter(({ participantId }) => participantId === 'ada').length;
    expect(meeting.where()).toEqual(['a: 1', 'b: 1']);
    expect(told).toBeLessThanOrEqual(1);
  });

  it('forgets the move of somebody who leaves in the middle of it', async () => {
    const { ports, cascade, publisher, ...meeting } = await begin();
    ports.drain('a');
    const { moveId } = await meeting.toldTo('bob');
    await meeting.watch([publisher.producerId], moveId);
    await cascade.closeParticipant(meeting.keyOf('bob'));
    await expect(cascade.finishMove(meeting.keyOf('bob'), moveId, true)).rejects.toMatchObject({
      code: 'INVALID_STATE',
    });
    const has = [...nodes.values()].map((node) => node.stats().consumers);
    expect(has).toEqual([0, 0]);
  });

  it('leaves everybody where they are when the node that they move to is lost', async () => {
    const { ports, subscriber, publisher, reset, ...meeting } = await begin();
    ports.drain('a');
    const { moveId } = await meeting.toldTo('bob');
    await meeting.watch([publisher.producerId], moveId);
    ports.lose('b');
    await goesOn(subscriber);
    expect(reset).toEqual([]);
    expect(meeting.where()).toEqual(['a: 2']);
    ports.restore('b');
    await meeting.toldTo('bob', 2);
  });

  it('begins anew for those who are on their way when the node that drains is lost', async () => {
    const { ports, publisher, reset, ...meeting } = await begin();
    ports.drain('a');
    const { moveId } = await meeting.toldTo('bob');
    await meeting.watch([publisher.producerId], moveId);
    ports.lose('a');
    await eventually(() => expect([...reset].sort()).toEqual(['ada', 'bob']));
    await eventually(() => expect(nodes.get('b')?.stats().participants).toBe(0));
    ports.restore('a');
  });

  it('goes on with a move when another owner takes over in the middle of it', async () => {
    const { ports, publisher, meetingId, own, ...meeting } = await begin();
    ports.drain('a');
    const { moveId } = await meeting.toldTo('ada');
    const again = await meeting.publish(moveId);
    const next = own('owner-2');
    next.ports.drain('a');
    const { participants } = await next.cascade.adoptMeeting(meetingId, 2);
    const adas = participants.find(({ participantId }) => participantId === 'ada');
    expect(adas?.producers.map(({ producerId }) => producerId).sort()).toEqual(
      [publisher.producerId, again.producerId].sort(),
    );
    await next.cascade.finishMove(meeting.keyOf('ada'), moveId, true);
    expect(next.closed).toContain(publisher.producerId);
    expect(next.closed).not.toContain(again.producerId);
  });
});
