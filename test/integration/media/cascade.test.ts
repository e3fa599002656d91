import { describe, expect, it } from 'vitest';
import { goesOn, incoming, useCascade } from '../../support/cascades.ts';
import { eventually } from '../../support/eventually.ts';
import { cameraParameters } from '../../support/rtp.ts';

describe('the media of a meeting on two nodes of two workers', () => {
  const { begin, nodes } = useCascade();

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
});
