import type { Placement } from '../../server/media/cascade/placement.ts';

/** Puts whoever comes next on the next worker, so that a meeting of a few is split. */
export function spread(): Placement {
  let turn = 0;
  return (_request, nodes) => {
    const all = nodes.flatMap(({ nodeId, workers }) =>
      workers.map(({ index }) => ({ nodeId, worker: index })),
    );
    return all[turn++ % all.length] ?? null;
  };
}
