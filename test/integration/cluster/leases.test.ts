import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createId } from '../../../server/core/ids.ts';
import { COLUMNS, startCluster, type TestCluster, type TestNode } from '../../support/clusters.ts';
import { eventually } from '../../support/eventually.ts';

const SETTLE_MS = 2_000;

describe.each(COLUMNS)('leases in %s', (column) => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startCluster(column, { settleMs: SETTLE_MS });
  });
  afterEach(() => cluster.reset());
  afterAll(() => cluster.close());

  /** @returns the epoch */
  async function acquire(node: TestNode, meetingId: string, knownEpoch = 0): Promise<number> {
    const acquired = await node.leases.acquire(meetingId, knownEpoch);
    expect(acquired).toMatchObject({ granted: true });
    return acquired.epoch;
  }

  it('are given, found by everybody, and given back', async () => {
    const [one, two] = [await cluster.addNode(), await cluster.addNode()];
    const meeting = createId();
    expect(await two.leases.find(meeting)).toBeNull();

    const epoch = await acquire(one, meeting);
    expect(epoch).toBeGreaterThan(Date.now() - 60_000);
    const lease = { owner: one.id, epoch };
    expect(await two.leases.find(meeting)).toEqual(lease);
    expect(await two.leases.acquire(meeting, 0)).toEqual({ granted: false, ...lease });
    expect(await acquire(one, meeting)).toBeGreaterThan(epoch);

    // Not the latest any more: nothing happens.
    await one.leases.release(meeting, epoch);
    const latest = await two.leases.find(meeting);
    expect(latest).toMatchObject({ owner: one.id });
    await one.leases.release(meeting, latest?.epoch ?? 0);
    expect(await two.leases.find(meeting)).toBeNull();
    expect(await acquire(two, meeting)).toBeGreaterThan(latest?.epoch ?? Infinity);
  });

  it('go to exactly one of two that want them at once, with ever higher epochs', async () => {
    const nodes = [await cluster.addNode(), await cluster.addNode()];
    const meeting = createId();
    let highest = 0;
    for (let round = 1; round <= 100; round++) {
      const answers = await Promise.all(
        nodes.map((node) => node.leases.acquire(meeting, round % 2 === 0 ? highest : 0)),
      );
      const granted = answers.filter((answer) => answer.granted);
      expect(granted).toHaveLength(1);
      const winner = nodes[answers.findIndex((answer) => answer.granted)];
      const epoch = granted[0]?.epoch ?? 0;
      expect(epoch).toBeGreaterThan(highest);
      expect(answers.find((answer) => !answer.granted)).toEqual({
        granted: false,
        owner: winner?.id,
        epoch,
      });
      highest = epoch;
      await winner?.leases.release(meeting, epoch);
    }
  });

  it('never go back behind the epoch that the database knows', async () => {
    const node = await cluster.addNode();
    const ahead = Date.now() + 1_000_000;

    await eventually(async () => expect(await acquire(node, createId(), ahead)).toBe(ahead + 1));
  });

  it('of a node that was declared dead can be taken at once', async () => {
    const [one, two] = [await cluster.addNode(), await cluster.addNode()];
    const meeting = createId();
    const epoch = await acquire(one, meeting);
    await one.crash();
    await two.registry.declareDead(one.id);

    expect(await two.leases.find(meeting)).toBeNull();
    expect(await acquire(two, meeting, epoch)).toBeGreaterThan(epoch);
  });

  it('of a node that left can be taken at once', async () => {
    const [one, two] = [await cluster.addNode(), await cluster.addNode()];
    const meeting = createId();
    const epoch = await acquire(one, meeting);
    await one.close();

    expect(await acquire(two, meeting, epoch)).toBeGreaterThan(epoch);
  });

  it('taken from a node that is alive after all are not its own any more', async () => {
    const [one, two] = [await cluster.addNode(), await cluster.addNode()];
    const [taken, kept] = [createId(), createId()];
    const epochs = [await acquire(one, taken), await acquire(one, kept)] as const;
    const back = new Promise((resolve) => one.registry.once('self-lost', resolve));
    await two.registry.declareDead(one.id);
    const epoch = await acquire(two, taken, epochs[0]);
    await back;

    expect(await one.leases.reassert(taken, epochs[0])).toBe(false);
    expect(await one.leases.reassert(kept, epochs[1])).toBe(true);
    await one.leases.release(taken, epochs[0]);
    expect(await one.leases.find(taken)).toEqual({ owner: two.id, epoch });
    expect(await two.leases.find(kept)).toEqual({ owner: one.id, epoch: epochs[1] });
  });

  it('are claimed again after everything was forgotten, and nobody takes them meanwhile', async () => {
    const [one, two] = [await cluster.addNode(), await cluster.addNode()];
    const [owned, orphaned] = [createId(), createId()];
    const epochs = [await acquire(one, owned), await acquire(one, orphaned)] as const;
    const back = new Promise((resolve) => one.registry.once('self-lost', resolve));
    await cluster.wipe();

    const refused = two.leases.acquire(owned, epochs[0]);
    await expect(refused).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await back;
    expect(await one.leases.reassert(owned, epochs[0])).toBe(true);
    const lease = { owner: one.id, epoch: epochs[0] };
    expect(await two.leases.acquire(owned, epochs[0])).toEqual({ granted: false, ...lease });
    // Nobody ever owned this one, so there is nobody to wait for.
    await acquire(two, createId());

    const later = await two.leases.acquire(orphaned, epochs[1]).catch((error: unknown) => error);
    expect(later).toMatchObject({ code: 'UNAVAILABLE' });
    const { retryAfterMs } = later as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(SETTLE_MS);
    const taken = await eventually(() => acquire(two, orphaned, epochs[1]));
    expect(taken).toBeGreaterThan(epochs[1]);
    expect(await one.leases.reassert(orphaned, epochs[1])).toBe(false);
  });

  it('claimed again by two go to the one who had them last', async () => {
    const [one, two] = [await cluster.addNode(), await cluster.addNode()];
    const meeting = createId();
    const first = await acquire(one, meeting);
    await one.leases.release(meeting, first);
    const second = await acquire(two, meeting, first);
    await cluster.wipe();

    expect(await one.leases.reassert(meeting, first)).toBe(true);
    expect(await two.leases.reassert(meeting, second)).toBe(true);
    expect(await one.leases.reassert(meeting, first)).toBe(false);
    expect(await one.leases.reassert(meeting, second)).toBe(false);
    await eventually(async () =>
      expect(await one.leases.find(meeting)).toEqual({ owner: two.id, epoch: second }),
    );
    await two.leases.release(meeting, second);
    expect(await acquire(one, meeting, second)).toBeGreaterThan(second);
  });
});
