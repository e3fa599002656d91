import { afterEach, describe, expect, inject, it, onTestFailed } from 'vitest';
import { ClusterOfProcesses } from '../../support/ClusterOfProcesses.ts';
import { eventually } from '../../support/eventually.ts';
import type { NodeProcess } from '../../support/NodeProcess.ts';
import { call, createMeeting, createVisits, signUp } from '../../support/people.ts';

const token = 'an-operator-token-of-32-characters-or-more';

describe('a signaling node that is cut off from everything but its clients', () => {
  let cluster: ClusterOfProcesses;
  let owner: NodeProcess;
  let other: NodeProcess;
  const atOwner = createVisits(() => owner);
  const atOther = createVisits(() => other);

  afterEach(async () => {
    atOwner.end();
    atOther.end();
    await cluster.close();
  });

  it('sends them on to those who have its meetings by now, and comes back without harm', async () => {
    cluster = await ClusterOfProcesses.start(inject('postgresUrl'), {
      ...{ media: 1, wired: true },
      env: { PARLEY_ADMIN_TOKEN: token },
    });
    onTestFailed(() => void process.stderr.write(cluster.logs));
    [owner, other] = cluster.signaling as [NodeProcess, NodeProcess];
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
