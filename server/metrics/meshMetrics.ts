import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What is counted of the messages between nodes. */
export interface MeshMetrics {
  linkUp: (instanceId: string) => void;
  linkDown: (instanceId: string, how: 'refused' | 'silent' | 'closed') => void;
  /** @param outcome `ok`, `unreachable`, `timeout`, `stale-epoch` or the code of the refusal */
  observeCall: (operation: string, outcome: string, seconds: number) => void;
  /** Somebody who owns a meeting no more was turned away. */
  staleRefused: (operation: string) => void;
}

/** Upper bounds in seconds: a call takes a fraction of a millisecond, one that times out 5 s or more. */
const CALL_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1, 5, 12];

export function createMeshMetrics(registers: Registry[]): MeshMetrics {
  const up = new Set<string>();
  const losses = new Counter({
    name: 'parley_mesh_link_losses_total',
    help: 'Links to other nodes that ended, or could not be opened, by how',
    labelNames: ['how'] as const,
    registers,
  });
  const calls = new Histogram({
    name: 'parley_mesh_call_duration_seconds',
    help: 'Calls to other nodes, by operation and outcome',
    labelNames: ['operation', 'outcome'] as const,
    buckets: CALL_BUCKETS,
    registers,
  });
  const stale = new Counter({
    name: 'parley_stale_epoch_refusals_total',
    help: 'Commands of former owners of meetings that were refused here, by operation',
    labelNames: ['operation'] as const,
    registers,
  });
  new Gauge({
    name: 'parley_mesh_links',
    help: 'Links to other nodes that are open',
    registers,
    collect() {
      this.set(up.size);
    },
  });
  return {
    linkUp: (instanceId) => void up.add(instanceId),
    linkDown(instanceId, how) {
      up.delete(instanceId);
      losses.inc({ how });
    },
    observeCall: (operation, outcome, seconds) => calls.observe({ operation, outcome }, seconds),
    staleRefused: (operation) => stale.inc({ operation }),
  };
}
