import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createMeeting, enterAsGuest, signUp } from '../../support/people.ts';
import { openTransports, produceInput } from '../../support/rtp.ts';
import { useTwoNodes } from '../../support/twoNodes.ts';

/** As a client does that has not heard of the answer when the owner was lost. */
describe('a request that is sent again after a takeover', () => {
  const nodes = useTwoNodes();
  const { atOwner, atOther } = nodes;

  it('finds people removed, banned and turned away, and a producer made', async () => {
    const ada = await signUp(nodes.owner);
    const { id: meetingId } = await createMeeting(nodes.owner, ada, { waitingRoom: true });
    // Somebody keeps the meeting at its owner; the host is at the other node.
    const keeper = await atOwner.come(ada, meetingId, { deviceId: 'first' });
    const host = await atOther.come(ada, meetingId, { deviceId: 'second', takeOver: true });
    keeper.close();
    const names = ['Removed', 'Banned', 'Denied', 'Kept out'];
    const guests = await Promise.all(
      names.map((name) => enterAsGuest(nodes.other, meetingId, name)),
    );
    const clients = [];
    for (const guest of guests) {
      clients.push(await atOther.come(guest, meetingId, { deviceId: `of-${guest.userId}` }));
    }
    const [removed = '', banned = '', denied = '', keptOut = ''] = clients.map(
      ({ participantId }) => participantId,
    );
    for (const participantId of [removed, banned]) {
      await host.request('admit-participant', { meetingId, participantId });
    }
    const requestId = randomUUID();
    const { send } = await openTransports(host, meetingId);
    const produce = () =>
      host.request('produce', produceInput(meetingId, send.id, 'microphone', requestId));
    const act = async () => {
      await host.request('remove-participant', { meetingId, participantId: removed });
      await host.request('remove-participant', { meetingId, participantId: banned, ban: true });
      const turnedAway = [
        await host.request('deny-participant', { meetingId, participantId: denied }),
        await host.request('deny-participant', { meetingId, participantId: keptOut, ban: true }),
      ];
      expect(turnedAway).toEqual([{ denied: [denied] }, { denied: [keptOut] }]);
      return (await produce()).producerId;
    };
    const producerId = await act();
    await nodes.owner.kill();
    await host.next('meeting-position', () => true);

    expect(await act()).toBe(producerId);
    await expect(
      host.request('remove-participant', { meetingId, participantId: 'nobody' }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(
      host.request('deny-participant', { meetingId, participantId: removed }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const seen = await host.request('resume-meeting', {
      ...{ meetingId, participantId: host.participantId, epoch: 0, seq: 0 },
    });
    if (seen.status !== 'resynced') throw new Error('everything was asked for');
    expect(seen.snapshot.participants).toMatchObject([{ producers: [{ id: producerId }] }]);
  }, 60_000);
});
