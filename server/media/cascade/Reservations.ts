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

interface Reserved {
  /** The oldest first. */
  reservations: Reservation[];
  sum: number;
}

/**
 * What was placed and shows in no report yet. Without it, all that is decided between two reports
 * goes to the same worker.
 */
export class Reservations {
  readonly #byWorker = new Map<string, Reserved>();

  /**
   * @param share of the worker
   * @param reported load of the worker when this was decided
   * @param now milliseconds of a clock that does not go back
   */
  reserve(at: RouterRef, share: number, reported: number, now: number): void {
    const key = keyOf(at);
    const reserved = this.#valid(key, now) ?? { reservations: [], sum: 0 };
    reserved.reservations.push({ share, madeAt: now, reported });
    reserved.sum += share;
    this.#byWorker.set(key, reserved);
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
    const reserved = this.#valid(keyOf(at), now);
    return reserved ? (reserved.reservations[0]?.reported ?? 0) + reserved.sum : 0;
  }

  #valid(key: string, now: number): Reserved | undefined {
    const reserved = this.#byWorker.get(key);
    if (!reserved) return undefined;
    const { reservations } = reserved;
    const kept = reservations.findIndex(({ madeAt }) => now - madeAt < RESERVATION_MS);
    const over = reservations.splice(0, kept === -1 ? reservations.length : kept);
    reserved.sum -= over.reduce((sum, { share }) => sum + share, 0);
    if (reservations.length > 0) return reserved;
    this.#byWorker.delete(key);
    return undefined;
  }
}
