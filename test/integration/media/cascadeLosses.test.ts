import { describe, expect, it } from 'vitest';
import { Publisher } from '../../../bench/support/Publisher.ts';
import { Subscriber } from '../../../bench/support/Subscriber.ts';
import { goesOn, incoming, useCascade } from '../../support/cascades.ts';
import { eventually } from '../../support/eventually.ts';

describe('the media of a meeting whose workers and nodes are lost or out of reach', () => {
  const { begin, closing, executorOf, nodes } = useCascade();

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

  it('closes a producer for those who see it also while its node cannot be told', async () => {
    const meeting = await begin();
    const { ports, cascade } = meeting;
    const bob = await meeting.publish('bob', 'b', 0);
    await meeting.subscribe('near', 'a', 0, [bob.producerId]);
    ports.cut('b');
    await cascade.closeProducer(bob.session.key, bob.producerId);
    await eventually(async () => expect(incoming(await meeting.inventory('a'))).toEqual([]));
    ports.restore('b');
    await eventually(async () => {
      const routers = await meeting.inventory('b');
      const [home] = routers.flatMap(({ participants }) => participants);
      expect(home).toMatchObject({ participantId: 'bob', producers: [] });
    });
  });

  it('silences somebody for all that can be told while their node cannot, and there once it can', async () => {
    const meeting = await begin();
    const { ports, cascade } = meeting;
    const bob = await meeting.publish('bob', 'b', 0);
    await meeting.subscribe('near', 'a', 0, [bob.producerId]);
    ports.cut('b');
    await cascade.setProducerPaused(bob.session.key, bob.producerId, true);
    await eventually(async () => {
      expect(incoming(await meeting.inventory('a'))).toMatchObject([{ paused: true }]);
    });
    // Who is heard is only said where it is so.
    const unmuting = cascade.setProducerPaused(bob.session.key, bob.producerId, false);
    await expect(unmuting).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const atHome = async () => {
      const routers = await meeting.inventory('b');
      return routers.flatMap(({ participants }) => participants)[0]?.producers[0]?.paused;
    };
    expect(await atHome()).toBe(false);
    ports.restore('b');
    await eventually(async () => expect(await atHome()).toBe(true));
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
    const consume = (...producerIds: string[]) =>
      meeting.cascade.consume(watcher.key, id, producerIds);
    const { consumers, refused } = await consume(ada.producerId, bob.producerId, 'unknown');
    expect(consumers).toMatchObject([{ producerId: ada.producerId }]);
    // What cannot be had now is not gone: it is to be asked for again.
    expect(refused).toEqual([{ producerId: 'unknown', reason: 'gone' }]);
    await expect(consume(bob.producerId)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const unmute = () => meeting.cascade.setProducerPaused(bob.session.key, bob.producerId, false);
    await expect(unmute()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryAfterMs: expect.any(Number) as number,
    });
    // A link that failed is not kept.
    meeting.ports.restore('b');
    expect((await consume(ada.producerId, bob.producerId)).consumers).toHaveLength(2);
    await unmute();
  });
});
