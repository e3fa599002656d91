import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { inFull } from '../../support/extent.ts';
import { createMeeting, signUp } from '../../support/people.ts';
import { useTwoNodes } from '../../support/twoNodes.ts';

describe('a cluster whose stores go', () => {
  const nodes = useTwoNodes();
  const { atOwner, atOther } = nodes;

  async function meet() {
    const ada = await signUp(nodes.owner);
    const { id: meetingId } = await createMeeting(nodes.owner, ada);
    const host = await atOwner.come(ada, meetingId);
    const alan = await signUp(nodes.other, 'Alan');
    const guest = await atOther.come(alan, meetingId);
    return { meetingId, host, guest };
  }

  it('goes on in its meetings, over nodes, while Redis is away', async () => {
    const { meetingId, host, guest } = await meet();
    await nodes.cluster.redis.stop();
    await guest.request('raise-hand', { meetingId, raised: true });
    await host.next('participant-hand-updated', ({ handRaised }) => handRaised);
    await host.request('lower-hand', { meetingId, participantId: guest.participantId });
    await guest.next('participant-hand-updated', ({ handRaised }) => !handRaised);
    // Somebody new may come, too: the meeting has an owner.
    const eve = await signUp(nodes.other, 'Eve');
    const late = await atOther.come(eve, meetingId);
    expect(late.status).toBe('joined');

    await nodes.cluster.redis.start();
    // What was forgotten is there again: the meeting survives its owner.
    await eventually(async () => {
      expect(await nodes.cluster.redis.use((redis) => redis.hlen(`{${meetingId}}:parts`))).toBe(3);
    }, 20_000);
    await nodes.owner.kill();
    const { epoch } = await guest.next('meeting-position', () => true);
    expect(epoch).toBeGreaterThan(0);
    const answer = await guest.request('resume-meeting', {
      ...{ meetingId, participantId: guest.participantId, epoch: 0, seq: 0 },
    });
    expect(answer.status === 'resynced' && answer.snapshot.participants).toHaveLength(3);
  }, 60_000);

  inFull('keeps its meetings when everything in Redis is wiped', async () => {
    const { meetingId, host, guest } = await meet();
    const before = host.all('meeting-joined')[0]?.epoch;
    await nodes.cluster.redis.flush();
    await guest.request('raise-hand', { meetingId, raised: true });
    const { epoch } = await host.next('participant-hand-updated', ({ handRaised }) => handRaised);
    expect(epoch).toBe(before);
    await eventually(async () => {
      expect(
        await nodes.cluster.redis.use((redis) => redis.hget(`{${meetingId}}:own`, 'epoch')),
      ).toBe(String(epoch));
    }, 15_000);
    expect(await nodes.cluster.redis.keysWithoutTtl()).toEqual([]);
  });

  it('goes on in its meetings without PostgreSQL, and takes in whom it can store again', async () => {
    const { meetingId, host, guest } = await meet();
    const eve = await signUp(nodes.other, 'Eve');
    const eves = await atOther.connect(eve);
    nodes.cluster.database.cut();
    await guest.request('raise-hand', { meetingId, raised: true });
    await host.next('participant-hand-updated', ({ handRaised }) => handRaised);
    await expect(eves.request('join-meeting', { meetingId })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    for (const node of nodes.cluster.nodes) {
      expect((await fetch(`${node.url}/healthz`)).status).toBe(200);
    }
    expect((await fetch(`${nodes.owner.url}/readyz`)).status).toBe(503);

    nodes.cluster.database.restore();
    const { status } = await eventually(() => eves.request('join-meeting', { meetingId }));
    expect(status).toBe('joined');
    await host.next('participant-joined', ({ participant }) => participant.name === 'Eve');
    expect(host.all('participant-left')).toEqual([]);
  });
});
