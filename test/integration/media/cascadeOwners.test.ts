import { describe, expect, it } from 'vitest';
import { StaleEpochError } from '../../../server/core/StaleEpochError.ts';
import { goesOn, incoming, record, useCascade } from '../../support/cascades.ts';
import { eventually } from '../../support/eventually.ts';
import { cameraParameters } from '../../support/rtp.ts';

describe('the media of a meeting that has another owner', () => {
  const { begin, executorOf, nodes } = useCascade();

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
