import type { NodeInfo } from '../cluster/NodeRegistry.ts';
import { chooseMixer } from '../live/chooseMixer.ts';
import type { ChooseMixer } from '../live/stores.ts';
import type { Cluster } from './openCluster.ts';

/** Asks a node that mixes to look at what it has to do. */
export const LOOK = 'mix/look';

/** The nodes that mix, as far as this one knows. */
export interface KnownMixers {
  /** @param except a node that is not to have it */
  choose: (taken: Parameters<ChooseMixer>[0], except?: string) => string | null;
  /** Why there is none at all, for people; null where there is one. */
  whyNone: () => string | null;
  /** One has something to do. */
  tell: (mixer: string) => void;
  tellAll: () => void;
}

export function knownMixers({ registry, mesh }: Cluster): KnownMixers {
  const mixers = (): NodeInfo[] => registry.nodes.filter(({ mixerCapacity }) => mixerCapacity > 0);
  const tell = (mixer: string): void => mesh.tell(mixer, LOOK, null);
  return {
    tell,
    tellAll: () => mixers().forEach(({ instanceId }) => tell(instanceId)),
    choose: (taken, except) =>
      chooseMixer(
        mixers()
          .filter(({ mark, instanceId }) => mark === 'ready' && instanceId !== except)
          .map(({ instanceId, mixerCapacity: capacity }) => ({ instanceId, capacity })),
        taken,
      ),
    whyNone: () =>
      mixers().length > 0
        ? null
        : 'No node mixes live rooms: FFmpeg may be missing (docs/operations.md).',
  };
}
