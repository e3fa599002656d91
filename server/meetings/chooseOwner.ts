import type { NodeInfo } from '../cluster/NodeRegistry.ts';

/**
 * Which node a meeting that nobody owns comes to life on: the one that was asked, unless it is to get
 * nothing new; then the one with the fewest meetings. Without any that is ready it is the one asked.
 */
export function chooseOwner(nodes: readonly NodeInfo[], self: string): string {
  const ready = nodes.filter(({ roles, mark }) => roles.includes('signaling') && mark === 'ready');
  if (ready.some(({ instanceId }) => instanceId === self)) return self;
  const [first] = ready.toSorted((a, b) => a.meetings - b.meetings);
  return first?.instanceId ?? self;
}
