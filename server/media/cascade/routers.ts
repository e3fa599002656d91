import type { RouterRef } from '../MediaExecutor.ts';

/** Names a place for a router, and so the router that a meeting has there. */
export function keyOf({ nodeId, worker }: RouterRef): string {
  return `${nodeId}/${worker}`;
}

export function isSame(a: RouterRef, b: RouterRef): boolean {
  return a.nodeId === b.nodeId && a.worker === b.worker;
}
