import { afterAll, afterEach, beforeEach, inject, onTestFailed } from 'vitest';
import { ClusterOfProcesses, type ClusterShape } from './ClusterOfProcesses.ts';
import type { NodeProcess } from './NodeProcess.ts';
import { createVisits } from './people.ts';

/**
 * A cluster for the tests of a file: two signaling nodes and a media node, unless `shape` says
 * otherwise. After a test that passed and broke nothing the next one gets the same, if it wants that
 * shape: to start one costs seconds. The one that is asked first owns a meeting: by convention `owner`.
 */
export function useTwoNodes(shape: () => ClusterShape = () => ({ media: 1 })) {
  let open: { cluster: ClusterOfProcesses; madeFrom: string } | null = null;
  const cluster = (): ClusterOfProcesses => {
    if (!open) throw new Error('the cluster has not started');
    return open.cluster;
  };
  const nodeAt = (index: number): NodeProcess => {
    const node = cluster().signaling[index];
    if (!node) throw new Error('there are two signaling nodes');
    return node;
  };
  const atOwner = createVisits(() => nodeAt(0));
  const atOther = createVisits(() => nodeAt(1));

  const close = async () => {
    await open?.cluster.close();
    open = null;
  };
  beforeEach(async () => {
    const wanted = shape();
    const madeFrom = JSON.stringify(wanted);
    if (open?.madeFrom !== madeFrom) {
      await close();
      const started = await ClusterOfProcesses.start(inject('postgres'), wanted);
      open = { cluster: started, madeFrom };
    }
    onTestFailed(() => {
      process.stderr.write(`${open?.cluster.logs ?? 'no cluster'}\n`);
    });
  });
  afterEach(async ({ task }) => {
    atOwner.end();
    atOther.end();
    if (task.result?.state !== 'pass' || !open?.cluster.isUndisturbed) await close();
  });
  afterAll(close);

  return {
    get cluster() {
      return cluster();
    },
    get owner() {
      return nodeAt(0);
    },
    get other() {
      return nodeAt(1);
    },
    atOwner,
    atOther,
  };
}
