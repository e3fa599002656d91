import type { RouterRef } from '../MediaExecutor.ts';
import { isSame } from './routers.ts';

export interface Hop<R extends RouterRef> {
  from: R;
  to: R;
}

/**
 * The way of a producer from its home to a router where it is wanted: straight to a router of the
 * same node, and over one router of another node, so that it crosses to each node once.
 * @param routers of the meeting, the first one first
 * @param landed routers of other nodes that it has crossed to already
 */
export function planHops<R extends RouterRef>(
  home: R,
  target: R,
  routers: readonly R[],
  landed: readonly R[],
): Hop<R>[] {
  if (isSame(home, target)) return [];
  if (home.nodeId === target.nodeId) return [{ from: home, to: target }];
  const there = ({ nodeId }: R): boolean => nodeId === target.nodeId;
  const entry = landed.find(there) ?? routers.find(there) ?? target;
  if (isSame(entry, target)) return [{ from: home, to: target }];
  return [
    { from: home, to: entry },
    { from: entry, to: target },
  ];
}
