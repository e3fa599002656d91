import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../server/core/AppError.ts';
import { createId } from '../../../server/core/ids.ts';
import { COLUMNS, startCluster, type TestCluster, type TestNode } from '../../support/clusters.ts';

const NODES = 3;
const MEETINGS = 2;
const RUNS = 40;
/** So short that histories go on after a wipe, and so long that some acquisitions are refused. */
const SETTLE_MS = 5;

const node = fc.nat(NODES - 1);
const meeting = fc.nat(MEETINGS - 1);
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ is: fc.constant('acquire' as const), node, meeting }) },
    { weight: 2, arbitrary: fc.record({ is: fc.constant('race' as const), meeting }) },
    { weight: 3, arbitrary: fc.record({ is: fc.constant('release' as const), node, meeting }) },
    { weight: 3, arbitrary: fc.record({ is: fc.constant('reassert' as const), node, meeting }) },
    {
      weight: 2,
      arbitrary: fc.record({ is: fc.constant('declareDead' as const), node, of: node }),
    },
    { weight: 1, arbitrary: fc.record({ is: fc.constant('wipe' as const) }) },
    { weight: 1, arbitrary: fc.record({ is: fc.constant('wait' as const) }) },
  ),
  { minLength: 10, maxLength: 40 },
);
type Step = typeof steps extends fc.Arbitrary<(infer Item)[]> ? Item : never;

/** One meeting as a database, and every node for itself, know it. */
class MeetingHistory {
  readonly id = createId();
  /** Who got which epoch, ever. */
  readonly owners = new Map<number, string>();
  /** What each node got last and has not given back. */
  readonly held = new Map<string, number>();
  /** The highest ever acquired, as the database remembers it. */
  highest = 0;
  /** The highest that the store has granted since it last forgot everything. */
  remembered = 0;

  granted(nodeId: string, epoch: number): void {
    expect(epoch).toBeGreaterThan(this.highest);
    this.owners.set(epoch, nodeId);
    this.held.set(nodeId, epoch);
    this.highest = epoch;
    this.remembered = epoch;
  }

  reasserted(nodeId: string, epoch: number): void {
    expect(epoch).toBeGreaterThanOrEqual(this.remembered);
    expect(this.owners.get(epoch)).toBe(nodeId);
    this.remembered = epoch;
  }
}

describe.each(COLUMNS)('leases in %s, whatever happens', (column) => {
  let cluster: TestCluster;
  const nodes: TestNode[] = [];
  beforeAll(async () => {
    cluster = await startCluster(column, { heartbeatMs: 10, settleMs: SETTLE_MS });
    while (nodes.length < NODES) nodes.push(await cluster.addNode());
  });
  afterAll(() => cluster.close());

  async function acquire(by: TestNode, of: MeetingHistory): Promise<void> {
    try {
      const answer = await by.leases.acquire(of.id, of.highest);
      if (answer.granted) of.granted(by.id, answer.epoch);
      else expect(of.owners.get(answer.epoch)).toBe(answer.owner);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'UNAVAILABLE') throw error;
    }
  }

  async function take(step: Step, meetings: readonly MeetingHistory[]): Promise<void> {
    const by = 'node' in step ? nodes[step.node] : undefined;
    const of = 'meeting' in step ? meetings[step.meeting] : undefined;
    switch (step.is) {
      case 'acquire':
        if (by && of) await acquire(by, of);
        break;
      case 'race':
        if (of) await race(of);
        break;
      case 'release':
        if (!by || !of) break;
        await by.leases.release(of.id, of.held.get(by.id) ?? 0);
        of.held.delete(by.id);
        break;
      case 'reassert': {
        const epoch = by && of?.held.get(by.id);
        if (!by || !of || epoch === undefined) break;
        if (await by.leases.reassert(of.id, epoch)) of.reasserted(by.id, epoch);
        break;
      }
      case 'declareDead':
        await by?.registry.declareDead(nodes[step.of]?.id ?? '');
        break;
      case 'wipe':
        await cluster.wipe();
        for (const meeting of meetings) meeting.remembered = 0;
        break;
      case 'wait':
        await new Promise((resolve) => setTimeout(resolve, 2 * SETTLE_MS));
        break;
    }
  }

  /** All want it at once: answers may come in any order, so they are looked at together. */
  async function race(of: MeetingHistory): Promise<void> {
    const known = of.highest;
    const answers = await Promise.allSettled(
      nodes.map(async ({ id, leases }) => ({ id, ...(await leases.acquire(of.id, known)) })),
    );
    const granted = answers
      .flatMap((answer) =>
        answer.status === 'fulfilled' && answer.value.granted ? [answer.value] : [],
      )
      .sort((a, b) => a.epoch - b.epoch);
    for (const { id, epoch } of granted) of.granted(id, epoch);
  }

  it('never go back, and never belong to two at one epoch', async () => {
    const property = fc.asyncProperty(steps, async (history) => {
      const meetings = Array.from({ length: MEETINGS }, () => new MeetingHistory());
      for (const step of history) {
        await take(step, meetings);
        for (const meeting of meetings) {
          const lease = await nodes[0]?.leases.find(meeting.id);
          if (!lease) continue;
          expect(meeting.owners.get(lease.epoch)).toBe(lease.owner);
          expect(lease.epoch).toBe(meeting.remembered);
        }
      }
    });
    // A failure prints the seed and the shortest history that fails.
    await fc.assert(property, { numRuns: RUNS });
  });
});
