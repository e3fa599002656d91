import type { NodeInfo } from '../cluster/NodeRegistry.ts';

/**
 * Which node a meeting that nobody owns comes to life on: the one that was asked, unless it is to get
 * nothing new; then one of its region, whose people are near, with the fewest meetings. Without any that is
 * ready it is the one asked.
 */
export function chooseOwner(nodes: readonly NodeInfo[], self: string): string {
  const ready = nodes.filter(({ roles, mark }) => roles.includes('signaling') && mark === 'ready');
  if (ready.some(({ instanceId }) => instanceId === self)) return self;
  const region = nodes.find(({ instanceId }) => instanceId === self)?.region ?? null;
  return nearestFree(ready, region)?.instanceId ?? self;
}

/** The node with the fewest meetings among those of a region, or of all where none is of it. */
export function nearestFree(
  nodes: readonly NodeInfo[],
  region: string | null,
): NodeInfo | undefined {
  const near = nodes.filter((node) => node.region === region);
  const [first] = (near.length > 0 ? near : nodes).toSorted((a, b) => a.meetings - b.meetings);
  return first;
}
