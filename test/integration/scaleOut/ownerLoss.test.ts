import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { inFull } from '../../support/extent.ts';
import { createMeeting, enterAsGuest, signUp, type Joined } from '../../support/people.ts';
import { useTwoNodes } from '../../support/twoNodes.ts';
import type { MeetingSnapshot } from '../../../protocol/notifications.ts';

/** The one that is asked first owns the meeting. */
describe('a meeting whose owner is lost', () => {
  const nodes = useTwoNodes();
  const { atOwner, atOther } = nodes;

  /** Ada hosts at the owner; Alan, co-host with his hand up, and a guest are at the other; Ken waits there. */
  async function gather() {
    const ada = await signUp(nodes.owner);
    const { id: meetingId } = await createMeeting(nodes.owner, ada, { waitingRoom: true });
    const host = await atOwner.come(ada, meetingId, { deviceId: 'adas-laptop' });
    const alan = await signUp(nodes.other, 'Alan');
    const [grace, ken] = [
      await enterAsGuest(nodes.other, meetingId, 'Grace'),
      await enterAsGuest(nodes.other, meetingId, 'Ken'),
    ];
    const inside: Joined[] = [];
    for (const person of [alan, grace]) {
      const asks = await atOther.come(person, meetingId);
      await host.request('admit-participant', { meetingId, participantId: asks.participantId });
      inside.push(asks);
    }
    const [alans, graces] = inside;
    if (!alans || !graces) throw new Error('both are in');
    await host.request('assign-role', {
      ...{ meetingId, participantId: alans.participantId, role: 'cohost' },
    });
    await alans.request('raise-hand', { meetingId, raised: true });
    const waits = await atOther.come(ken, meetingId);
    return { meetingId, ada, host, alans, graces, waits };
  }

  /** The meeting as a client sees it that asks for everything. */
  async function see(client: Joined, meetingId: string): Promise<MeetingSnapshot> {
    const answer = await client.request('resume-meeting', {
      ...{ meetingId, participantId: client.participantId, epoch: 0, seq: 0 },
    });
    if (answer.status !== 'resynced') throw new Error('not everything was told');
    return answer.snapshot;
  }

  async function expectAsBefore(
    { meetingId, host, alans, graces, waits }: Awaited<ReturnType<typeof gather>>,
    before: MeetingSnapshot,
  ) {
    const position = await alans.next('meeting-position', ({ epoch }) => epoch > before.epoch);
    const after = await see(alans, meetingId);
    expect(after.epoch).toBe(position.epoch);
    expect(after.startedAt).toBe(before.startedAt);
    expect(
      after.participants.map(({ id, name, role, handRaisedAt }) => ({
        ...{ id, name, role, handRaisedAt },
      })),
    ).toEqual(
      before.participants.map(({ id, name, role, handRaisedAt }) => ({
        ...{ id, name, role, handRaisedAt },
      })),
    );
    expect(host.participantId).toBe(after.participants[0]?.id);
    // Whoever waits still does, and a co-host who stayed lets them in.
    await alans.request('admit-participant', { meetingId, participantId: waits.participantId });
    await waits.next('meeting-joined');
    await graces.next(
      'participant-joined',
      ({ participant }) => participant.id === waits.participantId,
    );
  }

  it('goes on when it is killed: roster, roles, hands and queue are as before', async () => {
    const meeting = await gather();
    const before = await see(meeting.alans, meeting.meetingId);
    await nodes.owner.kill();
    await expectAsBefore(meeting, before);

    // Ada was on the node that is gone: she takes her place again on the other.
    const again = await atOther.connect(meeting.ada);
    const { participantId } = meeting.host;
    const answer = await again.request('resume-meeting', {
      ...{ meetingId: meeting.meetingId, participantId, deviceId: 'adas-laptop' },
      ...{ epoch: before.epoch, seq: before.seq },
    });
    expect(answer.status).toBe('resynced');
    await meeting.graces.next(
      'participant-connection-updated',
      (one) => one.participantId === participantId && one.connection === 'connected',
    );
  });

  it('is handed over when the node is asked to stop', async () => {
    const meeting = await gather();
    const before = await see(meeting.alans, meeting.meetingId);
    expect(await nodes.owner.terminate()).toBe(0);
    await expectAsBefore(meeting, before);
    // Nobody has left: Ada has her time to come back.
    expect(meeting.graces.all('participant-left')).toEqual([]);
  });

  it('has another owner when it freezes, and it changes nothing when it wakes', async () => {
    const meeting = await gather();
    const { meetingId, alans, graces, host } = meeting;
    const before = await see(alans, meetingId);
    nodes.owner.signal('SIGSTOP');
    await expectAsBefore(meeting, before);
    await alans.request('rename-participant', {
      ...{ meetingId, participantId: alans.participantId, name: 'Turing' },
    });
    const after = await see(alans, meetingId);
    graces.received.length = 0;
    nodes.owner.signal('SIGCONT');

    // What its client asks of it goes to the new owner, or nowhere: it may have been cut off.
    const asked = eventually(async () => {
      const ack = await host.raw('raise-hand', { meetingId, raised: true });
      expect(ack.ok).toBe(true);
    }, 20_000);
    const cut = eventually(() => expect(host.socket.connected).toBe(false), 20_000);
    await Promise.any([asked, cut]);
    const last = await see(alans, meetingId);
    expect(last.epoch).toBe(after.epoch);
    expect(last.participants.map(({ name }) => name)).toContain('Turing');
    expect(graces.received.every(({ payload }) => epochOf(payload) >= after.epoch)).toBe(true);
  });

  inFull('keeps a place for those who come back to it after everybody had lost it', async () => {
    const ada = await signUp(nodes.owner);
    const { id: meetingId } = await createMeeting(nodes.owner, ada);
    const host = await atOwner.come(ada, meetingId, { deviceId: 'adas-laptop' });
    await nodes.owner.kill();
    const back = await atOther.connect(ada);
    const answer = await back.request('resume-meeting', {
      ...{ meetingId, participantId: host.participantId, deviceId: 'adas-laptop' },
      ...{ epoch: 1, seq: 0 },
    });
    expect(answer.status).toBe('resynced');
  });
});

function epochOf(payload: unknown): number {
  return (payload as { epoch?: number }).epoch ?? Number.POSITIVE_INFINITY;
}
