import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import type { NodeProcess } from '../../support/NodeProcess.ts';
import { call, createMeeting, signUp } from '../../support/people.ts';
import { openTransports, produceInput } from '../../support/rtp.ts';
import { useTwoNodes } from '../../support/twoNodes.ts';

const token = 'an-operator-token-of-32-characters-or-more';
/** Silence, the proof that it is no death, and the first call by the detour. */
const PATIENCE_MS = 20_000;

describe('a broken link between a meeting and its media', () => {
  const nodes = useTwoNodes(() => ({
    ...{ media: 1, wired: true },
    env: { PARLEY_ADMIN_TOKEN: token },
  }));

  it('moves nothing: another node passes commands on, and what happened meanwhile is made up for', async () => {
    const { cluster, owner } = nodes;
    const [media] = cluster.media as [NodeProcess];
    const instances = await eventually(async () => {
      const { nodes } = await call(owner, 'listNodes', { token });
      expect(nodes).toHaveLength(3);
      return new Map(nodes.map(({ name, instanceId }) => [name, instanceId]));
    });

    const ada = await signUp(owner);
    const { id: meetingId } = await createMeeting(owner, ada);
    const host = await nodes.atOwner.come(ada, meetingId);
    const { send } = await openTransports(host, meetingId);
    const { producerId } = await host.request(
      'produce',
      produceInput(meetingId, send.id, 'microphone', 'before'),
    );

    for (const [at, from] of [
      [media, owner],
      [owner, media],
    ] as const) {
      cluster.wiresOf(at).mesh.silence((instance) => instance === instances.get(from.name));
    }
    // What is asked for until the detour is found fails, and nothing else does.
    await eventually(async () => {
      await host.request('produce', produceInput(meetingId, send.id, 'camera', 'meanwhile'));
    }, PATIENCE_MS);
    const params = { idOrCode: meetingId };
    const { placement } = await call(owner, 'readLiveMeeting', { token, params });
    expect(placement.routers).toMatchObject([{ name: 'media-1', participants: 1 }]);
    expect(host.all('media-reset')).toEqual([]);
    expect(host.all('producer-closed').map((one) => one.producerId)).not.toContain(producerId);

    for (const at of [media, owner]) cluster.wiresOf(at).mesh.restore();
    await host.request('close-producer', { meetingId, producerId });
    await host.next('producer-closed', (one) => one.producerId === producerId);
  });
});
