import type { Signaling } from '../signaling/createSignaling.ts';
import type { Cluster } from './openCluster.ts';

/** Clients ask again after a node was lost or out of reach: what it had stored it may not have told. */
export function syncAfterLosses(
  signaling: Pick<Signaling, 'askToSync'>,
  { mesh, failures }: Pick<Cluster, 'mesh' | 'failures'>,
): void {
  const broken = new Set<string>();
  mesh.on('link-down', (node) => broken.add(node));
  mesh.on('link-up', (node) => {
    if (broken.delete(node)) signaling.askToSync();
  });
  failures.on('dead', (node) => {
    broken.delete(node);
    signaling.askToSync();
  });
}
