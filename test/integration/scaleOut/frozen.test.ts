import { afterEach, beforeEach, describe, expect, inject, it, onTestFailed } from 'vitest';
import { ClusterOfProcesses } from '../../support/ClusterOfProcesses.ts';
import { eventually } from '../../support/eventually.ts';
import type { NodeProcess } from '../../support/NodeProcess.ts';
import { createMeeting, createVisits, signUp } from '../../support/people.ts';

describe('a node that was frozen', () => {
  let cluster: ClusterOfProcesses;
  let frozen: NodeProcess;
  let other: NodeProcess;
  const atFrozen = createVisits(() => frozen);
  const atOther = createVisits(() => other);

  beforeEach(async () => {
    cluster = await ClusterOfProcesses.start(inject('postgresUrl'), { media: 1 });
    const [one, two] = cluster.signaling;
    if (!one || !two) throw new Error('there are two signaling nodes');
    [frozen, other] = [one, two];
    onTestFailed(() => {
      process.stderr.write(`${cluster.logs}\n`);
    });
  });
  afterEach(async () => {
    atFrozen.end();
    atOther.end();
    await cluster.close();
  });

  it('does nothing of what clients asked it for that have gone to another meanwhile', async () => {
    const ada = await signUp(other);
    const { id: meetingId } = await createMeeting(other, ada);
    const host = await atOther.come(ada, meetingId);
    const alan = await signUp(other, 'Alan');
    const before = await atFrozen.come(alan, meetingId, { deviceId: 'alans-laptop' });
    const { participantId } = before;
    const place = { meetingId, participantId, deviceId: 'alans-laptop', epoch: 0, seq: 0 };

    frozen.signal('SIGSTOP');
    // As a client does that hears nothing any more: it asks, gives up, and takes its place elsewhere.
    before.socket.emit('resume-meeting', place, () => undefined);
    before.socket.emit('raise-hand', { meetingId, raised: true }, () => undefined);
    before.cut();
    const back = await atOther.connect(alan);
    await back.request('resume-meeting', place);
    await eventually(() => expect(other.log.join()).toContain('link to node down'));
    frozen.signal('SIGCONT');

    await eventually(async () => {
      const metrics = await (await fetch(`${frozen.url}/metrics`)).text();
      expect(metrics).toMatch(/^parley_connections 0$/m);
    });
    // Whatever it has sent on has arrived before what is asked now at the owner.
    const seen = await createMeeting(frozen, await signUp(frozen));
    expect(seen.id).not.toBe(meetingId);
    await back.request('rename-participant', { meetingId, participantId, name: 'Turing' });
    await host.next('participant-renamed', ({ name }) => name === 'Turing');
    expect(back.all('meeting-left')).toEqual([]);
    expect(host.all('participant-hand-updated')).toEqual([]);
    expect(host.all('participant-connection-updated').map(({ connection }) => connection)).toEqual(
      [],
    );
  });

  it('closes what it has of a meeting that has lost it', async () => {
    const [media] = cluster.media;
    if (!media) throw new Error('there is a media node');
    const routers = async () => {
      const metrics = await (await fetch(`${media.url}/metrics`)).text();
      return Number(/^parley_routers (\d+)/m.exec(metrics)?.[1]);
    };
    const ada = await signUp(other);
    const { id: meetingId } = await createMeeting(other, ada);
    await atOther.come(ada, meetingId);
    expect(await routers()).toBe(1);

    media.signal('SIGSTOP');
    await eventually(() => expect(other.log.join()).toContain('node is dead'), 20_000);
    media.signal('SIGCONT');
    await eventually(async () => expect(await routers()).toBe(0), 15_000);
  }, 60_000);
});
