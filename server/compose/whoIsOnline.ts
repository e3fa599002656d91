import type { EventEmitter } from 'node:events';
import type { ClientEvents } from '../signaling/ClientEvents.ts';
import type { Cluster } from './openCluster.ts';

const OPERATION = 'people/has-connection';
/** A node that does not answer by then has nobody who could be rung in time. */
const TIMEOUT_MS = 2_000;

/** Whether somebody has a page open anywhere: every signaling node is asked. */
export function whoIsOnline(
  { mesh, registry }: Pick<Cluster, 'mesh' | 'registry'>,
  clients: EventEmitter<ClientEvents>,
): (userId: string) => Promise<boolean> {
  const counts = new Map<string, number>();
  const count = (userId: string, change: 1 | -1): void => {
    const now = (counts.get(userId) ?? 0) + change;
    if (now === 0) counts.delete(userId);
    else counts.set(userId, now);
  };
  clients.on('connected', ({ principal }) => count(principal.userId, 1));
  clients.on('gone', ({ principal }) => count(principal.userId, -1));
  mesh.serve(OPERATION, (userId) => counts.has(userId as string));
  return async (userId) => {
    if (counts.has(userId)) return true;
    const others = registry.nodes.filter(
      ({ instanceId, roles }) =>
        instanceId !== registry.self.instanceId && roles.includes('signaling'),
    );
    const answers = await Promise.all(
      others.map(({ instanceId }) =>
        mesh.call(instanceId, OPERATION, userId, { timeoutMs: TIMEOUT_MS }).catch(() => false),
      ),
    );
    return answers.includes(true);
  };
}
