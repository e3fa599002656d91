import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { NodeInfo } from '../../../server/cluster/NodeRegistry.ts';
import { COLUMNS, startCluster, type TestCluster, type TestNode } from '../../support/clusters.ts';
import { eventually } from '../../support/eventually.ts';
import { IDLE } from '../../support/idle.ts';

describe.each(COLUMNS)('a registry of nodes in %s', (column) => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startCluster(column);
  });
  afterEach(() => cluster.reset());
  afterAll(() => cluster.close());

  const ids = (node: TestNode) => node.registry.nodes.map(({ instanceId }) => instanceId).sort();
  const sees = (node: TestNode, others: readonly TestNode[]) =>
    eventually(() => expect(ids(node)).toEqual(others.map(({ id }) => id).sort()));

  it('lists the node itself as soon as it is there, with all that it tells', async () => {
    const node = await cluster.addNode({ name: 'one', region: 'eu', meshUrl: null });

    expect(node.registry.isReachable).toBe(true);
    expect(node.registry.nodes).toEqual([
      {
        ...node.registry.self,
        ...{ name: 'one', region: 'eu', meshUrl: null, mark: 'ready' },
        ...{ load: 0, meetings: 0, connections: 0, routers: 0, participants: 0, silentMs: 0 },
        ...{ workers: [{ index: 0, load: 0 }], mixerCapacity: 0 },
      },
    ]);
    expect(node.registry.find(node.id)).toEqual(node.registry.nodes[0]);
    expect(node.registry.find('nobody')).toBeUndefined();
  });

  it('tells of others that come, change what they report, and go', async () => {
    const one = await cluster.addNode();
    const events: unknown[] = [];
    one.registry.on('joined', ({ instanceId }) => events.push(['joined', instanceId]));
    one.registry.on('left', (instanceId) => events.push(['left', instanceId]));
    const two = await cluster.addNode();
    await sees(one, [one, two]);
    await sees(two, [one, two]);

    const workers = [0.4, 0.6].map((load, index) => ({ index, load }));
    two.setLoad({ ...IDLE, load: 0.5, meetings: 3, connections: 40, workers });
    await eventually(() => expect(one.registry.find(two.id)).toMatchObject({ load: 0.5, workers }));
    await two.close();
    await sees(one, [one]);
    await two.close();

    expect(events).toEqual([
      ['joined', two.id],
      ['left', two.id],
    ]);
  });

  it('keeps the marks of nodes over their heartbeats, and tells everybody', async () => {
    const one = await cluster.addNode();
    const two = await cluster.addNode();
    await sees(one, [one, two]);
    const marked: NodeInfo[] = [];
    one.registry.on('marked', (node) => marked.push(node));
    two.registry.on('marked', (node) => marked.push(node));

    await one.registry.mark(two.id, 'draining');
    expect(one.registry.find(two.id)?.mark).toBe('draining');
    await eventually(() => expect(two.registry.find(two.id)?.mark).toBe('draining'));
    // Several heartbeats of its own later:
    two.setLoad({ ...IDLE, load: 1 });
    await eventually(() => expect(one.registry.find(two.id)?.load).toBe(1));
    two.setLoad({ ...IDLE, load: 2 });
    await eventually(() => expect(one.registry.find(two.id)?.load).toBe(2));

    expect(one.registry.find(two.id)?.mark).toBe('draining');
    expect(marked.map(({ instanceId, mark }) => [instanceId, mark])).toEqual([
      [two.id, 'draining'],
      [two.id, 'draining'],
    ]);
    await expect(one.registry.mark('nobody', 'ready')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('drops a node that is declared dead, which comes back when it is alive after all', async () => {
    const one = await cluster.addNode();
    const two = await cluster.addNode();
    const three = await cluster.addNode();
    await sees(one, [one, two, three]);
    await sees(three, [one, two, three]);
    await one.registry.mark(two.id, 'cordoned');
    await eventually(() => expect(two.registry.find(two.id)?.mark).toBe('cordoned'));
    const events: unknown[] = [];
    one.registry.on('left', (instanceId) => events.push(['left', instanceId]));
    one.registry.on('joined', (node) => events.push(['joined', node.instanceId, node.mark]));
    two.registry.on('self-lost', (how) => events.push(['self-lost', how]));

    await one.registry.declareDead(two.id);
    expect(events).toEqual([['left', two.id]]);
    expect(ids(one)).toEqual([one.id, three.id].sort());

    await eventually(() => {
      expect(events).toContainEqual(['self-lost', { wiped: false }]);
      expect(events).toContainEqual(['joined', two.id, 'cordoned']);
    });
    await sees(three, [one, two, three]);
  });

  it('does not let a node declare itself dead', async () => {
    const node = await cluster.addNode();
    const lost: unknown[] = [];
    node.registry.on('left', (id) => lost.push(id));
    node.registry.on('self-lost', (how) => lost.push(how));

    await node.registry.declareDead(node.id);
    await node.registry.declareDead('nobody');

    expect(ids(node)).toEqual([node.id]);
    expect(lost).toEqual([]);
  });

  it('gives a node back the mark that it has not heard of, when it was declared dead and was not', async () => {
    const one = await cluster.addNode();
    const two = await cluster.addNode();
    await sees(one, [one, two]);
    await one.registry.mark(two.id, 'cordoned');
    await eventually(() => expect(two.registry.find(two.id)?.mark).toBe('cordoned'));
    // Before its next heartbeat.
    await Promise.all([one.registry.mark(two.id, 'ready'), one.registry.declareDead(two.id)]);
    await eventually(() => {
      expect(one.registry.find(two.id)?.mark).toBe('ready');
      expect(two.registry.find(two.id)?.mark).toBe('ready');
    });
  });

  it('brings everybody back after it was wiped, with marks, and loses nobody meanwhile', async () => {
    const one = await cluster.addNode();
    const two = await cluster.addNode();
    await sees(one, [one, two]);
    await sees(two, [one, two]);
    await one.registry.mark(two.id, 'draining');
    await eventually(() => expect(two.registry.find(two.id)?.mark).toBe('draining'));
    const events: unknown[] = [];
    for (const node of [one, two]) {
      node.registry.on('self-lost', (how) => events.push([node.id, how]));
      node.registry.on('left', (id) => events.push(['left', id]));
      node.registry.on('joined', ({ instanceId }) => events.push(['joined', instanceId]));
    }

    await cluster.wipe();
    await eventually(() => expect(events.length).toBeGreaterThanOrEqual(2));
    two.setLoad({ ...IDLE, load: 7 });
    await eventually(() => expect(one.registry.find(two.id)?.load).toBe(7));

    expect(events).toHaveLength(2);
    expect(events).toContainEqual([one.id, { wiped: true }]);
    expect(events).toContainEqual([two.id, { wiped: true }]);
    expect(one.registry.find(two.id)?.mark).toBe('draining');
  });
});
