import type { RouterRef } from '../MediaExecutor.ts';
import type { MediaNodeSnapshot } from './MediaNodes.ts';
import { keyOf } from './routers.ts';

/** By then what was placed is part of what its node reports. */
export const RESERVATION_MS = 5_000;

interface Reservation {
  share: number;
  madeAt: number;
  /** What the worker reported then. */
  reported: number;
}

/**
 * What was placed and shows in no report yet. Without it, all that is decided between two reports
 * goes to the same worker.
 */
export class Reservations {
  readonly #byWorker = new Map<string, Reservation[]>();

  /** @param now milliseconds of a clock that does not go back */
  reserve(at: RouterRef, share: number, reported: number, now: number): void {
    const key = keyOf(at);
    this.#byWorker.set(key, [...this.#valid(key, now), { share, madeAt: now, reported }]);
  }

  /** The same nodes with loads as they will be: what is reported, or what was and has been placed since. */
  project(nodes: readonly MediaNodeSnapshot[], now: number): MediaNodeSnapshot[] {
    return nodes.map((node) => ({
      ...node,
      workers: node.workers.map(({ index, load }) => ({
        index,
        load: Math.max(load, this.#expected({ nodeId: node.nodeId, worker: index }, now)),
      })),
    }));
  }

  #expected(at: RouterRef, now: number): number {
    const valid = this.#valid(keyOf(at), now);
    const [oldest] = valid;
    return oldest ? oldest.reported + valid.reduce((sum, { share }) => sum + share, 0) : 0;
  }

  #valid(key: string, now: number): Reservation[] {
    const all = this.#byWorker.get(key) ?? [];
    const valid = all.filter(({ madeAt }) => now - madeAt < RESERVATION_MS);
    if (valid.length === 0) this.#byWorker.delete(key);
    else if (valid.length < all.length) this.#byWorker.set(key, valid);
    return valid;
  }
}
