import { afterEach, beforeEach, describe, expect, inject, it, onTestFailed } from 'vitest';
import { ClusterOfProcesses } from '../../support/ClusterOfProcesses.ts';
import { eventually } from '../../support/eventually.ts';
import type { NodeProcess } from '../../support/NodeProcess.ts';
import { createMeeting, createVisits, signUp } from '../../support/people.ts';

describe('a cluster whose stores go', () => {
  let cluster: ClusterOfProcesses;
  let first: NodeProcess;
  let second: NodeProcess;
  const atFirst = createVisits(() => first);
  const atSecond = createVisits(() => second);

  beforeEach(async () => {
    cluster = await ClusterOfProcesses.start(inject('postgresUrl'), { media: 1 });
    onTestFailed(() => {
      process.stderr.write(`${cluster.logs}\n`);
    });
    const [one, two] = cluster.signaling;
    if (!one || !two) throw new Error('there are two signaling nodes');
    [first, second] = [one, two];
  });
  afterEach(async () => {
    atFirst.end();
    atSecond.end();
    await cluster.close();
  });

  async function meet() {
    const ada = await signUp(first);
    const { id: meetingId } = await createMeeting(first, ada);
    const host = await atFirst.come(ada, meetingId);
    const alan = await signUp(second, 'Alan');
    const guest = await atSecond.come(alan, meetingId);
    return { meetingId, host, guest };
  }

  it('goes on in its meetings, over nodes, while Redis is away', async () => {
    const { meetingId, host, guest } = await meet();
    await cluster.redis.stop();
    await guest.request('raise-hand', { meetingId, raised: true });
    await host.next('participant-hand-updated', ({ handRaised }) => handRaised);
    await host.request('lower-hand', { meetingId, participantId: guest.participantId });
    await guest.next('participant-hand-updated', ({ handRaised }) => !handRaised);
    // Somebody new may come, too: the meeting has an owner.
    const eve = await signUp(second, 'Eve');
    const late = await atSecond.come(eve, meetingId);
    expect(late.status).toBe('joined');

    await cluster.redis.start();
    // What was forgotten is there again: the meeting survives its owner.
    await eventually(async () => {
      expect(await cluster.redis.use((redis) => redis.hlen(`{${meetingId}}:parts`))).toBe(3);
    }, 20_000);
    await first.kill();
    const { epoch } = await guest.next('meeting-position', () => true);
    expect(epoch).toBeGreaterThan(0);
    const answer = await guest.request('resume-meeting', {
      ...{ meetingId, participantId: guest.participantId, epoch: 0, seq: 0 },
    });
    expect(answer.status === 'resynced' && answer.snapshot.participants).toHaveLength(3);
  }, 60_000);

  it('keeps its meetings when everything in Redis is wiped', async () => {
    const { meetingId, host, guest } = await meet();
    const before = host.all('meeting-joined')[0]?.epoch;
    await cluster.redis.flush();
    await guest.request('raise-hand', { meetingId, raised: true });
    const { epoch } = await host.next('participant-hand-updated', ({ handRaised }) => handRaised);
    expect(epoch).toBe(before);
    await eventually(async () => {
      expect(await cluster.redis.use((redis) => redis.hget(`{${meetingId}}:own`, 'epoch'))).toBe(
        String(epoch),
      );
    }, 15_000);
    expect(await cluster.redis.keysWithoutTtl()).toEqual([]);
  });

  it('goes on in its meetings without PostgreSQL, and takes in whom it can store again', async () => {
    const { meetingId, host, guest } = await meet();
    const eve = await signUp(second, 'Eve');
    const eves = await atSecond.connect(eve);
    cluster.database.cut();
    await guest.request('raise-hand', { meetingId, raised: true });
    await host.next('participant-hand-updated', ({ handRaised }) => handRaised);
    await expect(eves.request('join-meeting', { meetingId })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    for (const node of cluster.nodes) {
      expect((await fetch(`${node.url}/healthz`)).status).toBe(200);
    }
    expect((await fetch(`${first.url}/readyz`)).status).toBe(503);

    cluster.database.restore();
    const { status } = await eventually(() => eves.request('join-meeting', { meetingId }));
    expect(status).toBe('joined');
    await host.next('participant-joined', ({ participant }) => participant.name === 'Eve');
    expect(host.all('participant-left')).toEqual([]);
  });
});
