import { processes } from '../../support/TrialCluster.ts';

/** Process ids of the media workers of a node. */
export function workersOf(pid: number): number[] {
  return processes()
    .filter(({ ppid, command }) => ppid === pid && command.includes('mediasoup-worker'))
    .map((one) => one.pid);
}
