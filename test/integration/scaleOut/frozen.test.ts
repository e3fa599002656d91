import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { inFull } from '../../support/extent.ts';
import { createMeeting, signUp } from '../../support/people.ts';
import { useTwoNodes } from '../../support/twoNodes.ts';

describe('a node that was frozen', () => {
  const nodes = useTwoNodes();
  const { atOwner: atFrozen, atOther } = nodes;

  it('does nothing of what clients asked it for that have gone to another meanwhile', async () => {
    const ada = await signUp(nodes.other);
    const { id: meetingId } = await createMeeting(nodes.other, ada);
    const host = await atOther.come(ada, meetingId);
    const alan = await signUp(nodes.other, 'Alan');
    const before = await atFrozen.come(alan, meetingId, { deviceId: 'alans-laptop' });
    const { participantId } = before;
    const place = { meetingId, participantId, deviceId: 'alans-laptop', epoch: 0, seq: 0 };

    nodes.owner.signal('SIGSTOP');
    // As a client does that hears nothing any more: it asks, gives up, and takes its place elsewhere.
    before.socket.emit('resume-meeting', place, () => undefined);
    before.socket.emit('raise-hand', { meetingId, raised: true }, () => undefined);
    before.cut();
    const back = await atOther.connect(alan);
    await back.request('resume-meeting', place);
    await eventually(() => expect(nodes.other.log.join()).toContain('link to node down'));
    nodes.owner.signal('SIGCONT');

    await eventually(async () => {
      const metrics = await (await fetch(`${nodes.owner.url}/metrics`)).text();
      expect(metrics).toMatch(/^parley_connections 0$/m);
    });
    // Whatever it has sent on has arrived before what is asked now at the owner.
    const seen = await createMeeting(nodes.owner, await signUp(nodes.owner));
    expect(seen.id).not.toBe(meetingId);
    await back.request('rename-participant', { meetingId, participantId, name: 'Turing' });
    await host.next('participant-renamed', ({ name }) => name === 'Turing');
    expect(back.all('meeting-left')).toEqual([]);
    expect(host.all('participant-hand-updated')).toEqual([]);
    expect(host.all('participant-connection-updated').map(({ connection }) => connection)).toEqual(
      [],
    );
  });

  inFull(
    'closes what it has of a meeting that has lost it',
    async () => {
      const [media] = nodes.cluster.media;
      if (!media) throw new Error('there is a media node');
      const routers = async () => {
        const metrics = await (await fetch(`${media.url}/metrics`)).text();
        return Number(/^parley_routers (\d+)/m.exec(metrics)?.[1]);
      };
      const ada = await signUp(nodes.other);
      const { id: meetingId } = await createMeeting(nodes.other, ada);
      await atOther.come(ada, meetingId);
      expect(await routers()).toBe(1);

      media.signal('SIGSTOP');
      await eventually(() => expect(nodes.other.log.join()).toContain('node is dead'), 20_000);
      media.signal('SIGCONT');
      await eventually(async () => expect(await routers()).toBe(0), 15_000);
    },
    60_000,
  );
});
