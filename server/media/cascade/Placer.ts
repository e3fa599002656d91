import { AppError } from '../../core/AppError.ts';
import type { RouterRef } from '../MediaExecutor.ts';
import type { MediaNodes } from './MediaNodes.ts';
import type { Place, Placement } from './placement.ts';
import { Reservations } from './Reservations.ts';

export interface PlacerDeps {
  nodes: Pick<MediaNodes, 'snapshot'>;
  placement: Placement;
  /** Packets per second that a worker forwards before it is full. */
  capacityPps: number;
  /** Nodes of this region are preferred; null: none is. */
  region: string | null;
  /** Milliseconds of a clock that does not go back. */
  now: () => number;
  random: () => number;
}

/** Decides where something new goes, and remembers it until it shows in what nodes report. */
export class Placer {
  readonly #deps: PlacerDeps;
  readonly #reservations = new Reservations();

  constructor(deps: PlacerDeps) {
    this.#deps = deps;
  }

  /**
   * @param routers where the meeting has some, the first one first
   * @param packetsPerSecond predicted
   * @throws AppError NO_CAPACITY
   */
  choose(routers: readonly RouterRef[], packetsPerSecond: number): Place {
    const { nodes, placement, capacityPps, region, now, random } = this.#deps;
    const share = packetsPerSecond / capacityPps;
    const reported = nodes.snapshot();
    const at = now();
    const place = placement(
      { routers, share, region },
      this.#reservations.project(reported, at),
      random,
    );
    if (!place) throw new AppError('NO_CAPACITY');
    const { nodeId, worker } = place;
    if (worker === null) return place;
    const load = reported
      .find((node) => node.nodeId === nodeId)
      ?.workers.find(({ index }) => index === worker)?.load;
    this.#reservations.reserve({ nodeId, worker }, share, load ?? 0, at);
    return place;
  }
}
