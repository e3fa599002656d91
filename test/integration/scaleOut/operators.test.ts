import { afterAll, beforeAll, describe, expect, inject, it, onTestFailed } from 'vitest';
import { ClusterOfProcesses } from '../../support/ClusterOfProcesses.ts';
import { eventually } from '../../support/eventually.ts';
import type { NodeProcess } from '../../support/NodeProcess.ts';
import { call, createMeeting, createVisits, signUp } from '../../support/people.ts';

const TOKEN = 'an-operator-token-of-32-characters-or-more';

describe('operators of a cluster', () => {
  let cluster: ClusterOfProcesses;
  let first: NodeProcess;
  let second: NodeProcess;
  const onFirst = createVisits(() => first);
  const onSecond = createVisits(() => second);
  const token = TOKEN;

  beforeAll(async () => {
    cluster = await ClusterOfProcesses.start(inject('postgres'), {
      media: 1,
      env: { PARLEY_ADMIN_TOKEN: TOKEN },
    });
    const [one, two] = cluster.signaling;
    if (!one || !two) throw new Error('there are two signaling nodes');
    [first, second] = [one, two];
    await eventually(async () => {
      for (const node of cluster.signaling) expect(await nodesOf(node)).toHaveLength(3);
    });
  });
  afterAll(async () => {
    onFirst.end();
    onSecond.end();
    await cluster.close();
  });

  const nodesOf = async (node: NodeProcess) =>
    (await call(node, 'listNodes', { token })).nodes.map(({ name }) => name);
  async function instanceOf(node: NodeProcess): Promise<string> {
    const { nodes } = await call(node, 'listNodes', { token });
    return nodes.find(({ isSelf }) => isSelf)?.instanceId ?? '';
  }

  /** A meeting owned by the first node, with somebody on each. */
  async function meet(title: string) {
    const ada = await signUp(first);
    const { id } = await createMeeting(first, ada, { title });
    const host = await onFirst.come(ada, id);
    const guest = await onSecond.come(await signUp(second, 'Alan'), id);
    await host.next('participant-joined');
    return { id, host, guest, params: { idOrCode: id } };
  }

  it('see every node and every meeting, whichever node they ask', async () => {
    onTestFailed(() => void process.stderr.write(cluster.logs));
    expect(await nodesOf(first)).toEqual(['media-1', 'signaling-1', 'signaling-2']);
    const { id, params } = await meet('Everywhere');
    for (const node of cluster.signaling) {
      const { meetings, missing } = await call(node, 'listLiveMeetings', { token });
      expect(missing).toEqual([]);
      expect(meetings).toContainEqual(
        expect.objectContaining({
          ...{ id, title: 'Everywhere', participants: 2, waiting: 0 },
          owner: { instanceId: await instanceOf(first), name: 'signaling-1' },
        }),
      );
      const { placement } = await call(node, 'readLiveMeeting', { token, params });
      expect(placement.routers).toMatchObject([{ name: 'media-1', worker: 0 }]);
    }
    // A heartbeat later its router shows at the node that has it.
    await eventually(async () => {
      const { nodes } = await call(first, 'listNodes', { token });
      expect(nodes.find(({ name }) => name === 'media-1')?.routers).toBeGreaterThan(0);
      expect(nodes.find(({ name }) => name === 'signaling-1')?.meetings).toBeGreaterThan(0);
    });
  });

  it('move a meeting to another node, and nobody in it notices', async () => {
    onTestFailed(() => void process.stderr.write(cluster.logs));
    const { id, host, guest, params } = await meet('On the move');
    const before = await call(first, 'readLiveMeeting', { token, params });
    for (const [from, to] of [
      [first, second],
      [second, first],
    ] as const) {
      const target = await instanceOf(to);
      // Asked at the node that does not own it, then at the one that does.
      const { owner } = await call(second, 'moveMeeting', { token, params, body: { to: target } });
      expect(owner.instanceId).toBe(target);
      const after = await call(from, 'readLiveMeeting', { token, params });
      expect(after.meeting).toMatchObject({ owner, participants: 2 });
      expect(after.meeting.epoch).toBeGreaterThan(before.meeting.epoch);
      expect(after.placement.routers.map(({ instanceId }) => instanceId)).toEqual(
        before.placement.routers.map(({ instanceId }) => instanceId),
      );
      // Whoever is in goes on, on both sides, as soon as the new owner knows of their connections.
      const { epoch } = after.meeting;
      for (const one of [host, guest]) {
        await one.next('meeting-position', (position) => position.epoch === epoch);
      }
      const seen = [host, guest].map((one) => one.all('reaction-sent').length);
      await host.request('send-reaction', { meetingId: id, reaction: '🎉' });
      await guest.request('send-reaction', { meetingId: id, reaction: '👍' });
      await eventually(() => {
        const now = [host, guest].map((one) => one.all('reaction-sent').length);
        expect(now).toEqual(seen.map((count) => count + 2));
      });
    }
    for (const one of [host, guest]) {
      expect(one.all('participant-left')).toEqual([]);
      expect(one.all('participant-media-updated')).toEqual([]);
    }
    const { acts } = await call(first, 'listOperatorActs', { token });
    expect(acts.filter(({ action }) => action === 'meeting-moved')).toMatchObject([
      { meeting: { id }, detail: { from: 'signaling-2', to: 'signaling-1' } },
      { meeting: { id }, detail: { from: 'signaling-1', to: 'signaling-2' } },
    ]);
  });

  it('move nothing to a node that cannot own it', async () => {
    const { params } = await meet('Stays');
    const { nodes } = await call(first, 'listNodes', { token });
    const media = nodes.find(({ name }) => name === 'media-1')?.instanceId ?? '';
    const target = await instanceOf(second);
    const mark = (to: 'cordoned' | 'ready') =>
      call(first, 'markNode', { token, params: { instanceId: target }, body: { mark: to } });
    const move = (to: string) => call(first, 'moveMeeting', { token, params, body: { to } });
    await expect(move(media)).rejects.toMatchObject({ code: 'INVALID_STATE' });
    await mark('cordoned');
    await expect(move(target)).rejects.toMatchObject({ code: 'INVALID_STATE' });
    await expect(call(first, 'moveMeeting', { token, params, body: {} })).rejects.toMatchObject({
      code: 'NO_CAPACITY',
    });
    await mark('ready');
    const { owner } = await call(first, 'moveMeeting', { token, params, body: {} });
    expect(owner.name).toBe('signaling-2');
  });

  it('mark a node at another, and everybody sees it', async () => {
    const instanceId = await instanceOf(second);
    await call(first, 'markNode', { token, params: { instanceId }, body: { mark: 'cordoned' } });
    await eventually(async () => {
      const { nodes } = await call(second, 'listNodes', { token });
      expect(nodes.find(({ isSelf }) => isSelf)?.mark).toBe('cordoned');
    });
    await call(second, 'markNode', { token, params: { instanceId }, body: { mark: 'ready' } });
    await eventually(async () => {
      const { nodes } = await call(first, 'listNodes', { token });
      expect(nodes.find((node) => node.instanceId === instanceId)?.mark).toBe('ready');
    });
  });

  it('drain a node: its meetings go on elsewhere, its clients are sent on, and it can be taken back', async () => {
    onTestFailed(() => void process.stderr.write(cluster.logs));
    const { id, host, guest, params } = await meet('Drained');
    const instanceId = await instanceOf(first);
    const cut = new Promise((resolve) => host.socket.once('disconnect', resolve));
    await call(second, 'markNode', { token, params: { instanceId }, body: { mark: 'draining' } });
    await cut;
    expect((await fetch(`${first.url}/readyz`)).status).toBe(503);
    await eventually(async () => {
      const { meeting } = await call(second, 'readLiveMeeting', { token, params });
      expect(meeting).toMatchObject({ owner: { name: 'signaling-2' }, participants: 2 });
    });
    await guest.request('raise-hand', { meetingId: id, raised: true });
    expect(guest.all('participant-left')).toEqual([]);

    // Sent back by a balancer that has not noticed yet.
    const again = await onFirst.connect(await signUp(second));
    await new Promise((resolve) => again.socket.once('disconnect', resolve));
    await call(second, 'markNode', { token, params: { instanceId }, body: { mark: 'ready' } });
    await first.ready();
  });

  it('end a meeting that another node owns', async () => {
    const { host, guest, params } = await meet('Over');
    await call(second, 'endAnyMeeting', { token, params });
    await Promise.all([host.next('meeting-ended'), guest.next('meeting-ended')]);
  });

  it('move nothing to a node that hangs: the meeting goes on where it is', async () => {
    onTestFailed(() => void process.stderr.write(cluster.logs));
    const { id, host, params } = await meet('Safe here');
    const before = await call(first, 'readLiveMeeting', { token, params });
    const to = await instanceOf(second);
    second.signal('SIGSTOP');
    try {
      const moved = call(first, 'moveMeeting', { token, params, body: { to } });
      await expect(moved).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await host.request('send-reaction', { meetingId: id, reaction: '🎉' });
      const after = await call(first, 'readLiveMeeting', { token, params });
      expect(after.meeting).toMatchObject({
        owner: before.meeting.owner,
        epoch: before.meeting.epoch,
      });
    } finally {
      second.signal('SIGCONT');
    }
    await eventually(() => call(second, 'readLiveMeeting', { token, params }));
  });

  it('are told which node does not answer', async () => {
    onTestFailed(() => void process.stderr.write(cluster.logs));
    const { id } = await meet('Out of sight');
    first.signal('SIGSTOP');
    try {
      const { meetings, missing } = await call(second, 'listLiveMeetings', { token });
      expect(missing.map(({ name }) => name)).toEqual(['signaling-1']);
      expect(meetings.map((meeting) => meeting.id)).not.toContain(id);
    } finally {
      first.signal('SIGCONT');
    }
  });
});
