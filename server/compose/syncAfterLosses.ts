import type { Signaling } from '../signaling/createSignaling.ts';
import type { Cluster } from './openCluster.ts';

/** Clients ask again after a node was lost or out of reach: what it had stored it may not have told. */
export function syncAfterLosses(
  signaling: Pick<Signaling, 'askToSync'>,
  { mesh, failures, registry }: Pick<Cluster, 'mesh' | 'failures' | 'registry'>,
): void {
  const broken = new Set<string>();
  mesh.on('link-down', (node) => {
    if (registry.find(node)?.roles.includes('signaling')) broken.add(node);
  });
  const end = (node: string): void => {
    if (broken.delete(node)) signaling.askToSync();
  };
  mesh.on('link-up', end);
  failures.on('dead', end);
}
