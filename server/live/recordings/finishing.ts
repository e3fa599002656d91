import type { RecordingPart } from './stores.ts';

/**
 * What a node has to do for a recording that is over. `finish`: put it together, which the node with the last part
 * does, or any other where all parts are in the storage and that node is gone; `hand-over`: put what it has into the
 * storage, for that one; `wait`: nothing, or nothing yet.
 */
export function planOf(
  parts: readonly RecordingPart[],
  nodeId: string,
  isAlive: (node: string) => boolean,
): 'finish' | 'hand-over' | 'wait' {
  const found = parts.filter(({ state }) => state !== 'lost');
  if (found.some(({ state }) => state === 'writing')) return 'wait';
  const last = found.reduce<RecordingPart | null>(
    (latest, part) => (latest && latest.part > part.part ? latest : part),
    null,
  );
  const isReady = found.every(({ node, state }) => node === last?.node || state === 'stored');
  if (last?.node === nodeId) return isReady ? 'finish' : 'wait';
  if (last?.state === 'stored' && isReady && !isAlive(last.node)) return 'finish';
  const isLeft = found.some(({ node, state }) => node === nodeId && state === 'written');
  return isLeft ? 'hand-over' : 'wait';
}
