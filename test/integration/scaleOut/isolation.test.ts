import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { call, createMeeting, signUp } from '../../support/people.ts';
import { useTwoNodes } from '../../support/twoNodes.ts';

const token = 'an-operator-token-of-32-characters-or-more';

describe('a signaling node that is cut off from everything but its clients', () => {
  const nodes = useTwoNodes(() => ({
    ...{ media: 1, wired: true },
    env: { PARLEY_ADMIN_TOKEN: token },
  }));
  const { atOwner, atOther } = nodes;

  it('sends them on to those who have its meetings by now, and comes back without harm', async () => {
    const { cluster, owner, other } = nodes;
    const instanceId = await eventually(async () => {
      const { nodes } = await call(owner, 'listNodes', { token });
      expect(nodes).toHaveLength(3);
      return nodes.find(({ isSelf }) => isSelf)?.instanceId;
    });
    const ada = await signUp(owner);
    const { id: meetingId } = await createMeeting(owner, ada);
    const host = await atOwner.come(ada, meetingId, { deviceId: 'laptop' });
    const guest = await atOther.come(await signUp(other, 'Alan'), meetingId);
    const { epoch, seq } = await guest.next('meeting-joined');
    const cut = new Promise((resolve) => host.socket.once('disconnect', resolve));

    // Neither what others send it arrives, nor what it sends.
    const wires = cluster.wiresOf(owner);
    wires.redis.silence();
    wires.mesh.silence(() => true);
    for (const node of cluster.nodes) {
      if (node !== owner) cluster.wiresOf(node).mesh.silence((from) => from === instanceId);
    }

    await cut;
    const position = await guest.next('meeting-position', (one) => one.epoch > epoch);
    expect((await fetch(`${owner.url}/readyz`)).status).toBe(503);
    const again = await atOther.connect(ada);
    const { participantId } = host;
    const place = { meetingId, participantId, deviceId: 'laptop', epoch, seq };
    expect((await again.request('resume-meeting', place)).status).toBe('resynced');

    wires.redis.restore();
    for (const node of cluster.nodes) cluster.wiresOf(node).mesh.restore();
    await owner.ready();
    await again.request('raise-hand', { meetingId, raised: true });
    await guest.next('participant-hand-updated', (one) => one.epoch === position.epoch);
    expect(guest.all('participant-left')).toEqual([]);
  }, 60_000);
});
