import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Publisher } from '../../../bench/support/Publisher.ts';
import { Subscriber } from '../../../bench/support/Subscriber.ts';
import { createLogger } from '../../../server/core/logger.ts';
import { StaleEpochError } from '../../../server/core/StaleEpochError.ts';
import { MediaCascade } from '../../../server/media/cascade/MediaCascade.ts';
import { place, type Placement } from '../../../server/media/cascade/placement.ts';
import type { MediaEvents } from '../../../server/media/MediaCommands.ts';
import type { MediaExecutor } from '../../../server/media/MediaExecutor.ts';
import { MediaNode } from '../../../server/media/MediaNode.ts';
import { CascadeBot } from '../../support/CascadeBot.ts';
import { eventually } from '../../support/eventually.ts';
import { MediaNodesInProcess, overPlainData } from '../../support/MediaNodesInProcess.ts';
import { cameraParameters } from '../../support/rtp.ts';

const logger = createLogger('silent', 'json');
const LONG_MS = 600_000;
let meetings = 0;

describe('the media of a meeting on two nodes of two workers', () => {
  const nodes = new Map<string, MediaNode>();
  const closing: (() => unknown)[] = [];

  beforeAll(async () => {
    for (const nodeId of ['a', 'b']) {
      const node = await MediaNode.create(
        {
          workers: { count: 2, listen: [{ ip: '127.0.0.1' }], basePort: 0, logLevel: 'none' },
          videoCodecs: ['VP8'],
          initialOutgoingBitrate: 1_000_000,
          maxIncomingBitrate: 10_000_000,
          maxOutgoingBitrate: 0,
          consumerStaleMs: LONG_MS,
        },
        logger,
      );
      nodes.set(nodeId, node);
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

  /** Producers that came to a node over links, by the worker they came to. */
  function incoming(routers: Awaited<ReturnType<MediaNode['inventory']>>['routers']) {
    return routers.flatMap(({ worker, links }) =>
      links.flatMap((link) =>
        link.incoming.map(({ producerId, paused }) => ({ worker, producerId, paused })),
      ),
    );
  }

  async function goesOn(subscriber: Subscriber): Promise<void> {
    const before = subscriber.packets;
    await eventually(() => expect(subscriber.packets).toBeGreaterThan(before + 10));
  }

  it('is heard on the same worker, on another and on another node, which it crosses to once', async () => {
    const meeting = await begin();
    const { producerId } = await meeting.publish('ada', 'a', 0);
    await meeting.subscribe('near', 'a', 0, [producerId]);
    await meeting.subscribe('beside', 'a', 1, [producerId]);
    await meeting.subscribe('far', 'b', 0, [producerId]);
    await meeting.subscribe('further', 'b', 1, [producerId]);
    const { ports } = meeting;
    const piped = (nodeId: string) =>
      ports.given.filter((one) => one.name === 'pipeOut' && one.nodeId === nodeId).length;
    expect([piped('a'), piped('b')]).toEqual([2, 1]);
    const secure = ports.given.flatMap(({ name, command }) =>
      name === 'openLink' && 'secure' in command ? [command.secure] : [],
    );
    expect(secure.sort()).toEqual([false, false, false, false, true, true]);
    expect(meeting.cascade.placementOf(meeting.meetingId)).toEqual({
      routers: [
        { nodeId: 'a', worker: 0, participants: 2 },
        { nodeId: 'a', worker: 1, participants: 1 },
        { nodeId: 'b', worker: 0, participants: 1 },
        { nodeId: 'b', worker: 1, participants: 1 },
      ],
      links: 3,
    });
  });

  it('asks the nodes as often for many producers as for one', async () => {
    const cost = async (publishers: number): Promise<number> => {
      const meeting = await begin();
      const producerIds: string[] = [];
      for (let n = 0; n < publishers; n++) {
        producerIds.push((await meeting.publish(`p${n}`, 'a', 0)).producerId);
      }
      // An entry to the node is there already: the way takes two hops.
      await meeting.bot('entry', 'b', 0).createTransport('send');
      const before = meeting.ports.given.length;
      await meeting.subscribe('far', 'b', 1, producerIds);
      return meeting.ports.given.length - before;
    };
    expect(await cost(8)).toBe(await cost(1));
  });

  it('mirrors pausing and closing to where a producer is piped to', async () => {
    const meeting = await begin();
    const { session, producerId } = await meeting.publish('ada', 'a', 0);
    const { subscriber } = await meeting.subscribe('far', 'b', 0, [producerId]);
    await meeting.subscribe('further', 'b', 1, [producerId]);
    const { cascade } = meeting;
    const pausedAtB = async () =>
      incoming(await meeting.inventory('b')).map(({ paused }) => paused);
    // However fast they follow each other, the last one holds everywhere.
    await Promise.all(
      [true, false, true].map((paused) =>
        cascade.setProducerPaused(session.key, producerId, paused),
      ),
    );
    expect(await pausedAtB()).toEqual([true, true]);
    await cascade.setProducerPaused(session.key, producerId, false);
    expect(await pausedAtB()).toEqual([false, false]);
    await goesOn(subscriber);
    await cascade.closeProducer(session.key, producerId);
    await eventually(async () => expect(incoming(await meeting.inventory('b'))).toEqual([]));
    await eventually(() => expect(nodes.get('b')?.stats()).toMatchObject({ consumers: 0 }));
  });

  it('pipes what is paused as paused', async () => {
    const meeting = await begin();
    const { session, producerId } = await meeting.publish('ada', 'a', 0);
    await meeting.cascade.setProducerPaused(session.key, producerId, true);
    const far = meeting.bot('far', 'b', 0);
    const { id } = await far.createTransport('recv');
    await far.consume(id, [producerId]);
    expect(far.consumers).toMatchObject([{ producerId, producerPaused: true }]);
    await meeting.cascade.setProducerPaused(session.key, producerId, false);
    expect(incoming(await meeting.inventory('b'))).toMatchObject([{ paused: false }]);
  });

  it('closes pipes, links and routers that nobody needs', async () => {
    const meeting = await begin({ pipeIdleMs: 50 });
    const { producerId } = await meeting.publish('ada', 'a', 0);
    const far = await meeting.subscribe('far', 'b', 0, [producerId]);
    const further = await meeting.subscribe('further', 'b', 1, [producerId]);
    const { cascade, meetingId } = meeting;
    await cascade.closeParticipant(far.session.key);
    // Passed on from there, it stays.
    await goesOn(further.subscriber);
    await cascade.closeParticipant(further.session.key);
    await eventually(() => {
      expect(cascade.placementOf(meetingId)).toEqual({
        routers: [{ nodeId: 'a', worker: 0, participants: 1 }],
        links: 0,
      });
    });
    await eventually(async () => {
      expect(await meeting.inventory('b')).toEqual([]);
      expect((await meeting.inventory('a')).flatMap(({ links }) => links)).toEqual([]);
    });
    // And it can be had again.
    await meeting.subscribe('back', 'b', 1, [producerId]);
  });

  it('offers the layers of a picture on the far side, and wants of the publisher what any side wants', async () => {
    const meeting = await begin();
    const publisher = meeting.bot('ada', 'a', 0);
    const { id } = await publisher.createTransport('send');
    const producerId = await publisher.produce(id, 'camera', cameraParameters());
    const watch = async (name: string, nodeId: string, worker: number, width: number) => {
      const session = meeting.bot(name, nodeId, worker);
      const { id: transportId } = await session.createTransport('recv');
      const view = { producerId, width, height: (width * 9) / 16 };
      await session.consume(transportId, [producerId]);
      await meeting.cascade.updateViews(session.key, [view]);
      return session;
    };
    const wanted = () => meeting.events.wanted.at(-1)?.maxSpatialLayer;
    const small = await watch('small', 'b', 0, 160);
    expect(small.consumers).toMatchObject([{ type: 'simulcast', participantId: 'ada' }]);
    await eventually(() => expect(wanted()).toBe(0));
    const large = await watch('large', 'a', 1, 1280);
    await eventually(() => expect(wanted()).toBe(2));
    await meeting.cascade.closeParticipant(large.key);
    await eventually(() => expect(wanted()).toBe(0));
  });

  it('goes on around a worker that dies where it is watched', async () => {
    const meeting = await begin();
    const { producerId } = await meeting.publish('ada', 'a', 0);
    const far = await meeting.subscribe('far', 'b', 0, [producerId]);
    const further = await meeting.subscribe('further', 'b', 1, [producerId]);
    meeting.kill('b', 0);
    await eventually(() => {
      expect(meeting.events.resets).toMatchObject([{ participantIds: ['far'] }]);
    });
    // What came to the other worker came over this one: whoever consumed it is told to ask again.
    const [consumer] = further.session.consumers;
    expect(meeting.events.closed).toEqual([
      { meetingId: meeting.meetingId, participantId: 'further', consumerIds: [consumer?.id] },
    ]);
    const again = await Subscriber.create(further.session, [producerId]);
    closing.push(() => again.close());
    await again.hears(1);
    const back = await Subscriber.create(far.session, [producerId]);
    closing.push(() => back.close());
    await back.hears(1);
  });

  it('finds another way for what is asked for while its way breaks', async () => {
    const meeting = await begin();
    const { producerId } = await meeting.publish('ada', 'a', 0);
    await meeting.bot('entry', 'b', 0).createTransport('send');
    const far = meeting.bot('far', 'b', 1);
    const { id } = await far.createTransport('recv');
    // Between the two hops: it has come to the entry, and no further.
    const consuming = far.consume(id, [producerId]);
    await eventually(() => expect(meeting.ports.count('pipeIn')).toBeGreaterThan(0));
    meeting.kill('b', 0);
    await consuming;
    expect(far.consumers).toMatchObject([{ producerId }]);
    await eventually(() => expect(meeting.events.resets).toHaveLength(1));
    await eventually(async () => {
      // It stood before the worker died, or came another way.
      const told = meeting.events.closed.some(({ participantId }) => participantId === 'far');
      if (told) await far.consume(id, [producerId]);
      expect(incoming(await meeting.inventory('b'))).toMatchObject([{ worker: 1, producerId }]);
    });
  });

  it('forgets what a worker that dies has sent, everywhere', async () => {
    const meeting = await begin();
    const ada = await meeting.publish('ada', 'a', 0);
    const bob = await meeting.publish('bob', 'b', 1);
    const far = await meeting.subscribe('far', 'b', 0, [ada.producerId, bob.producerId]);
    meeting.kill('a', 0);
    await eventually(() => {
      expect(meeting.events.resets).toMatchObject([{ participantIds: ['ada'] }]);
    });
    await eventually(async () => {
      expect(incoming(await meeting.inventory('b'))).toEqual([
        { worker: 0, producerId: bob.producerId, paused: false },
      ]);
    });
    await goesOn(far.subscriber);
    const anew = await Publisher.create(ada.session);
    closing.push(() => anew.close());
    await meeting.subscribe('near', 'b', 1, [anew.producerId]);
  });

  it('waits for a worker when none is alive', async () => {
    const meeting = await begin();
    const ada = await meeting.publish('ada', 'a', 0);
    const near = await meeting.subscribe('near', 'a', 1, [ada.producerId]);
    meeting.kill('a', 0);
    meeting.kill('a', 1);
    await eventually(() => {
      const concerned = meeting.events.resets.flatMap(({ participantIds }) => participantIds);
      expect(concerned.sort()).toEqual(['ada', 'near']);
    });
    const anew = await Publisher.create(ada.session);
    closing.push(() => anew.close());
    const back = await Subscriber.create(near.session, [anew.producerId]);
    closing.push(() => back.close());
    await back.hears(1);
  });

  it('makes up for what a node told while it could not be reached', async () => {
    const meeting = await begin();
    const { ports, meetingId } = meeting;
    const ada = await meeting.publish('ada', 'a', 0);
    const bob = await meeting.publish('bob', 'b', 0);
    const far = await meeting.subscribe('far', 'b', 1, [ada.producerId]);
    ports.cut('b');
    const command = { meetingId, owner: 'owner-1', epoch: 1, worker: 0, participantId: 'bob' };
    await executorOf('b').closeProducer({ ...command, producerId: bob.producerId });
    meeting.kill('b', 1);
    await eventually(async () => {
      expect((await meeting.inventory('b')).map(({ worker }) => worker)).toEqual([0]);
    });
    expect(meeting.events.resets).toEqual([]);
    ports.restore('b');
    await eventually(() => {
      expect(meeting.events.resets).toMatchObject([{ participantIds: ['far'] }]);
      expect(meeting.events.ended).toMatchObject([
        { participantId: 'bob', producerId: bob.producerId },
      ]);
    });
    const back = await Subscriber.create(far.session, [ada.producerId]);
    closing.push(() => back.close());
    await back.hears(1);
  });

  it('makes up for it also where the node is slow to say what it has', async () => {
    const meeting = await begin();
    const { ports } = meeting;
    const { producerId } = await meeting.publish('ada', 'a', 0);
    await meeting.subscribe('far', 'b', 0, [producerId]);
    ports.cut('b');
    meeting.kill('b', 0);
    await eventually(async () => expect(await meeting.inventory('b')).toEqual([]));
    const asked = ports.count('inventory');
    ports.emit('node-back', 'b');
    await eventually(() => expect(ports.count('inventory')).toBeGreaterThan(asked));
    expect(meeting.events.resets).toEqual([]);
    ports.mend('b');
    await eventually(() => {
      expect(meeting.events.resets).toMatchObject([{ participantIds: ['far'] }]);
    });
  });

  it('ends on a node what it could not be told to end', async () => {
    const meeting = await begin();
    const { ports, cascade } = meeting;
    const ada = await meeting.publish('ada', 'a', 0);
    const eve = await meeting.publish('eve', 'a', 0);
    await meeting.subscribe('far', 'b', 0, [ada.producerId, eve.producerId]);
    const banned = await meeting.subscribe('banned', 'b', 0, [ada.producerId]);
    const alone = await meeting.subscribe('alone', 'b', 1, [ada.producerId]);
    ports.cut('b');
    await cascade.setProducerPaused(ada.session.key, ada.producerId, true);
    await cascade.closeParticipant(eve.session.key);
    await cascade.closeParticipant(banned.session.key);
    await cascade.closeParticipant(alone.session.key);
    ports.restore('b');
    await eventually(async () => {
      const routers = await meeting.inventory('b');
      const people = routers.flatMap(({ participants }) => participants);
      expect(people.map(({ participantId }) => participantId)).toEqual(['far']);
      expect(incoming(routers)).toEqual([
        { worker: 0, producerId: ada.producerId, paused: true },
        { worker: 1, producerId: ada.producerId, paused: true },
      ]);
    });
  });

  it('closes what a node still has that was thought dead', async () => {
    const meeting = await begin();
    const { producerId } = await meeting.publish('ada', 'a', 0);
    await meeting.subscribe('far', 'b', 0, [producerId]);
    meeting.ports.lose('b');
    await eventually(() => expect(meeting.events.resets).toHaveLength(1));
    expect(await meeting.inventory('b')).toHaveLength(1);
    meeting.ports.restore('b');
    await eventually(async () => expect(await meeting.inventory('b')).toEqual([]));
  });

  it('finds another node for those on one that is lost', async () => {
    const meeting = await begin();
    const { producerId } = await meeting.publish('ada', 'a', 0);
    const near = await meeting.subscribe('near', 'a', 1, [producerId]);
    const far = await meeting.subscribe('far', 'b', 0, [producerId]);
    meeting.ports.lose('b');
    await eventually(() => {
      expect(meeting.events.resets).toMatchObject([{ participantIds: ['far'] }]);
    });
    const back = await Subscriber.create(far.session, [producerId]);
    closing.push(() => back.close());
    await back.hears(1);
    await goesOn(near.subscriber);
    const { routers } = meeting.cascade.placementOf(meeting.meetingId) ?? { routers: [] };
    expect(new Set(routers.map(({ nodeId }) => nodeId))).toEqual(new Set(['a']));
    nodes.get('b')?.closeOrphans(() => false);
  });

  it('refuses what is on a node that cannot be reached, and nothing else', async () => {
    const meeting = await begin();
    const ada = await meeting.publish('ada', 'a', 0);
    const bob = await meeting.publish('bob', 'b', 0);
    const watcher = meeting.bot('watcher', 'a', 1);
    const { id } = await watcher.createTransport('recv');
    meeting.ports.cut('b');
    const consume = () =>
      meeting.cascade.consume(watcher.key, id, [ada.producerId, bob.producerId, 'unknown']);
    const { consumers, refused } = await consume();
    expect(consumers).toMatchObject([{ producerId: ada.producerId }]);
    expect(new Set(refused)).toEqual(
      new Set([
        { producerId: 'unknown', reason: 'gone' },
        { producerId: bob.producerId, reason: 'gone' },
      ]),
    );
    const pause = () => meeting.cascade.setProducerPaused(bob.session.key, bob.producerId, true);
    await expect(pause()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryAfterMs: expect.any(Number) as number,
    });
    // A link that failed is not kept.
    meeting.ports.restore('b');
    expect((await consume()).consumers).toHaveLength(2);
    await pause();
  });

  it('obeys the owner with the highest epoch, who takes over what runs', async () => {
    const meeting = await begin();
    const ada = await meeting.publish('ada', 'a', 0);
    const far = await meeting.subscribe('far', 'b', 0, [ada.producerId]);
    const further = await meeting.subscribe('further', 'b', 1, [ada.producerId]);
    const { meetingId, cascade } = meeting;
    // Half a link, as an owner leaves it who dies at it.
    await executorOf('a').openLink({
      meetingId,
      owner: 'owner-1',
      epoch: 1,
      worker: 0,
      linkId: 'half',
      peer: { nodeId: 'b', worker: 7 },
      secure: false,
    });
    const next = meeting.own('owner-2');
    const { participants } = await next.cascade.adoptMeeting(meetingId, 2);
    expect(participants.map(({ participantId }) => participantId).sort()).toEqual([
      'ada',
      'far',
      'further',
    ]);
    expect(participants.find(({ participantId }) => participantId === 'ada')?.producers).toEqual([
      {
        ...{ producerId: ada.producerId, kind: 'video', source: 'camera', paused: false },
        requestId: expect.any(String) as string,
      },
    ]);
    expect(next.cascade.placementOf(meetingId)).toEqual(cascade.placementOf(meetingId));
    await eventually(async () => {
      const links = (await meeting.inventory('a', 'owner-2', 2)).flatMap((router) => router.links);
      expect(links.map(({ peer }) => peer)).toEqual([{ nodeId: 'b', worker: 0 }]);
    });

    // The one before changes nothing any more, and hears so.
    const pause = () => cascade.setProducerPaused(ada.session.key, ada.producerId, true);
    await expect(pause()).rejects.toThrow(StaleEpochError);
    expect(meeting.events.stale).toEqual([{ meetingId, epoch: 1 }]);
    await expect(pause()).rejects.toMatchObject({ code: 'INVALID_STATE' });
    expect(incoming(await meeting.inventory('b', 'owner-2', 2)).map((one) => one.paused)).toEqual([
      false,
      false,
    ]);
    await expect(meeting.inventory('b', 'owner-3', 2)).rejects.toThrow(StaleEpochError);
    await goesOn(far.subscriber);

    // The next one does, with what is there.
    await next.cascade.setProducerPaused(ada.session.key, ada.producerId, true);
    expect(incoming(await meeting.inventory('b', 'owner-2', 2)).map((one) => one.paused)).toEqual([
      true,
      true,
    ]);
    await next.cascade.setProducerPaused(ada.session.key, ada.producerId, false);
    await goesOn(further.subscriber);
    const events = record(next.cascade);
    meeting.kill('a', 0);
    await eventually(() => {
      expect(events.resets).toMatchObject([{ participantIds: ['ada'] }]);
    });
    expect(meeting.events.resets).toEqual([]);
  });

  it('answers the same producer to whoever asks again for an owner that was lost', async () => {
    const meeting = await begin();
    const ada = meeting.bot('ada', 'a', 0);
    const { id: transportId } = await ada.createTransport('send');
    const request = {
      ...{ requestId: 'once', transportId, kind: 'video' as const, source: 'camera' as const },
      ...{ rtpParameters: cameraParameters(), paused: false, size: { width: 640, height: 360 } },
    };
    const next = meeting.own('owner-2');
    await next.cascade.adoptMeeting(meeting.meetingId, 2);
    const first = await next.cascade.produce(ada.key, request);
    expect(await next.cascade.produce(ada.key, request)).toEqual(first);
    // Another one is another one, and its parameters are in use.
    await expect(
      next.cascade.produce(ada.key, { ...request, requestId: 'twice' }),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it.each(['worker', 'node'])(
    'notices that a %s is lost while it takes the meeting over',
    async (what) => {
      const meeting = await begin();
      const ada = await meeting.publish('ada', 'a', 0);
      await meeting.subscribe('far', 'b', 0, [ada.producerId]);
      const next = meeting.own('owner-2');
      const events = record(next.cascade);
      next.ports.hold('b');
      const adopting = next.cascade.adoptMeeting(meeting.meetingId, 2);
      // That of the other node is there by now, or refused: it has obeyed the new owner.
      await eventually(async () => {
        await expect(meeting.inventory('a')).rejects.toThrow(StaleEpochError);
      });
      if (what === 'node') next.ports.lose('a');
      else {
        const heard = new Promise((resolve) => {
          next.ports.on('event', (_, { name }) => {
            if (name === 'routers-lost') resolve(undefined);
          });
        });
        meeting.kill('a', 0);
        await heard;
      }
      next.ports.letGo('b');
      const { participants } = await adopting;
      expect(participants.map(({ participantId }) => participantId).sort()).toEqual(['ada', 'far']);
      await eventually(() => {
        expect(events.resets).toMatchObject([{ participantIds: ['ada'] }]);
      });
      expect(next.cascade.placementOf(meeting.meetingId)?.routers).not.toContainEqual(
        expect.objectContaining({ nodeId: 'a', worker: 0, participants: 1 }),
      );
      if (what === 'worker') return;
      // In truth it is still there, and so is what it had.
      next.ports.restore('a');
      const { meetingId } = meeting;
      await executorOf('a').closeMeeting({ meetingId, owner: 'owner-2', epoch: 2 });
    },
  );

  it('does not take an owner back after the meeting was closed', async () => {
    const meeting = await begin();
    const next = meeting.own('owner-2');
    await next.cascade.adoptMeeting(meeting.meetingId, 2);
    await next.cascade.closeMeeting(meeting.meetingId);
    const open = meeting.bot('ada', 'a', 0).createTransport('send');
    await expect(open).rejects.toThrow(StaleEpochError);
    expect(nodes.get('a')?.stats().meetings).toBe(0);
  });
});

/** Everything of a name that was emitted so far. */
function record(cascade: MediaCascade) {
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
