import { afterEach, expect, it } from 'vitest';
import { MemoryCluster } from '../../../../server/cluster/MemoryCluster.ts';
import { MemoryLeaseStore } from '../../../../server/cluster/MemoryLeaseStore.ts';
import { MemoryNodeRegistry } from '../../../../server/cluster/MemoryNodeRegistry.ts';
import type { NodeIdentity } from '../../../../server/cluster/NodeRegistry.ts';
import { createLogger } from '../../../../server/core/logger.ts';
import { Reconciler } from '../../../../server/meetings/Reconciler.ts';
import { eventually } from '../../../support/eventually.ts';
import { IDLE } from '../../../support/idle.ts';

const cleanups: (() => unknown)[] = [];
afterEach(() => cleanups.splice(0).forEach((clean) => clean()));

const identityOf = (instanceId: string): NodeIdentity => ({
  ...{ instanceId, name: instanceId, roles: ['signaling'], version: '0' },
  ...{ region: null, meshUrl: null, startedAt: 0 },
});

/** A node that finds one meeting which nobody owns, in a cluster with one other. */
function start() {
  const cluster = new MemoryCluster();
  const [registry, other] = ['self', 'other'].map(
    (id) => new MemoryNodeRegistry({ cluster, self: identityOf(id), report: () => IDLE }),
  ) as [MemoryNodeRegistry, MemoryNodeRegistry];
  const opened: string[] = [];
  let looks = 0;
  const reconciler = new Reconciler({
    leases: new MemoryLeaseStore(cluster, 'self'),
    registry,
    logger: createLogger('silent', 'json'),
    manager: {
      find: () => undefined,
      open(meetingId) {
        opened.push(meetingId);
        return Promise.resolve({ owner: 'self', epoch: 1 });
      },
    },
    participants: {
      meetingsWithOpen() {
        looks += 1;
        return Promise.resolve(['meeting']);
      },
    },
    admissions: { meetings: () => Promise.resolve([]) },
    intervalMs: 5,
  });
  cleanups.push(() => reconciler.close());
  return { reconciler, registry, other, opened, looks: () => looks };
}

it('brings to life what nobody owns', async () => {
  const { reconciler, opened } = start();
  reconciler.start();
  await eventually(() => expect(opened).toContain('meeting'));
});

it('takes nothing back while its node is drained and another one may take it', async () => {
  const { reconciler, registry, other, opened, looks } = start();
  await registry.mark('self', 'draining');
  reconciler.start();
  await eventually(() => expect(looks()).toBeGreaterThan(3));
  expect(opened).toEqual([]);
  // Nobody else is left: better here than nowhere.
  await other.close();
  await eventually(() => expect(opened).toContain('meeting'));
});
