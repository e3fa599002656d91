import type { Placement } from '../../server/media/cascade/placement.ts';
import type { ServerParts } from '../../server/createServer.ts';

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

/** Ways of running a server that a meeting must not notice. */
export const ARRANGEMENTS: { where: string; env: Record<string, string>; parts: ServerParts }[] = [
  { where: 'on one worker', env: {}, parts: {} },
  {
    where: 'split over two workers',
    env: { PARLEY_MEDIA_WORKERS: '2' },
    parts: { placement: spread() },
  },
];
