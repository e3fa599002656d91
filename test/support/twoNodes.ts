import { afterEach, beforeEach, inject, onTestFailed } from 'vitest';
import { ClusterOfProcesses, type ClusterShape } from './ClusterOfProcesses.ts';
import type { NodeProcess } from './NodeProcess.ts';
import { createVisits } from './people.ts';

/**
 * A cluster of its own for each test: two signaling nodes and a media node, unless `shape` says
 * otherwise. The one that is asked first owns a meeting: by convention `owner`.
 */
export function useTwoNodes(shape: () => ClusterShape = () => ({ media: 1 })) {
  let cluster: ClusterOfProcesses;
  const nodeAt = (index: number): NodeProcess => {
    const node = cluster.signaling[index];
    if (!node) throw new Error('there are two signaling nodes');
    return node;
  };
  const atOwner = createVisits(() => nodeAt(0));
  const atOther = createVisits(() => nodeAt(1));

  beforeEach(async () => {
    cluster = await ClusterOfProcesses.start(inject('postgresUrl'), shape());
    onTestFailed(() => {
      process.stderr.write(`${cluster.logs}\n`);
    });
  });
  afterEach(async () => {
    atOwner.end();
    atOther.end();
    await cluster.close();
  });

  return {
    get cluster() {
      return cluster;
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
