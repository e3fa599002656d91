import { AppError } from '../../core/AppError.ts';
import type { RouterRef } from '../MediaExecutor.ts';
import type { FoundParticipant } from './readInventories.ts';

/** A router that somebody has transports at. */
export interface Home {
  readonly router: RouterRef;
  /** Of the participant's moves the one that brought them here; 0: they were placed here. */
  readonly moveId: number;
  /** Ids of what was made here. */
  readonly transports: Set<string>;
  readonly consumers: Set<string>;
}

interface Placed {
  /** Null while it is being opened. */
  home: Home | null;
  opening: Promise<RouterRef>;
  /** While they move: where to. Both are used until the move has ended. */
  next: Home | null;
  /** Moves that were begun: each has its number, also after one has come to nothing. */
  moves: number;
  /** When they were placed, by the order of arrival. */
  readonly turn: number;
}

/** Which router each participant of one meeting is placed at: both of their transports are there. */
export class Homes {
  readonly #placed = new Map<string, Placed>();
  #turns = 0;

  /** @throws AppError INVALID_STATE while the participant has no transport */
  of(participantId: string): Home {
    const home = this.#placed.get(participantId)?.home;
    if (!home) throw new AppError('INVALID_STATE', { message: 'There is no transport yet.' });
    return home;
  }

  find(participantId: string): Home | null {
    return this.#placed.get(participantId)?.home ?? null;
  }

  /** Where they move to; null when they do not. */
  next(participantId: string): Home | null {
    return this.#placed.get(participantId)?.next ?? null;
  }

  /** Where they have anything. */
  all(participantId: string): Home[] {
    const { home = null, next = null } = this.#placed.get(participantId) ?? {};
    return [home, next].filter((one) => one !== null);
  }

  /** Where a transport of theirs is. @throws AppError INVALID_STATE while they have none */
  ofTransport(participantId: string, transportId: string): Home {
    const next = this.next(participantId);
    return next?.transports.has(transportId) ? next : this.of(participantId);
  }

  /** Where somebody moves to. @throws AppError INVALID_STATE when that move has ended */
  ofMove(participantId: string, moveId: number): Home {
    const next = this.next(participantId);
    if (next?.moveId !== moveId) throw new AppError('INVALID_STATE');
    return next;
  }

  /**
   * Where the participant is placed, or `place` puts them.
   * @throws what `place` throws; AppError INVALID_STATE when they are gone meanwhile
   */
  async settle(participantId: string, place: () => RouterRef | Promise<RouterRef>): Promise<Home> {
    const known = this.#placed.get(participantId);
    if (known) {
      await known.opening;
      return this.of(participantId);
    }
    const router = place();
    const placed: Placed = {
      home: router instanceof Promise ? null : homeAt(router, 0),
      opening: Promise.resolve(router),
      next: null,
      moves: 0,
      turn: ++this.#turns,
    };
    this.#placed.set(participantId, placed);
    try {
      const opened = await placed.opening;
      placed.home ??= homeAt(opened, 0);
    } catch (error) {
      if (this.#placed.get(participantId) === placed) this.#placed.delete(participantId);
      throw error;
    }
    this.assertAt(participantId, placed.home.router);
    return placed.home;
  }

  /** After an await: what was begun for a place that is gone does not count. @throws AppError INVALID_STATE */
  assertAt(participantId: string, router: RouterRef): void {
    if (!this.all(participantId).some((home) => home.router === router)) {
      throw new AppError('INVALID_STATE');
    }
  }

  /** Takes over where somebody is, and where they move to. */
  adopt(participantId: string, home: Home, next: Home | null): void {
    const opening = Promise.resolve(home.router);
    const { moveId: moves } = next ?? home;
    this.#placed.set(participantId, { home, opening, next, moves, turn: ++this.#turns });
  }

  /** They move from now on. @returns the id of the move */
  beginMove(participantId: string, to: RouterRef): number {
    const placed = this.#placed.get(participantId);
    if (!placed?.home) throw new AppError('INVALID_STATE');
    placed.next = homeAt(to, ++placed.moves);
    return placed.next.moveId;
  }

  /** The move has ended. @returns which home is left: with `moved` the one before, else the other */
  endMove(participantId: string, moved: boolean): RouterRef | null {
    const placed = this.#placed.get(participantId);
    const { home, next } = placed ?? {};
    if (!placed || !home || !next) return null;
    placed.home = moved ? next : home;
    placed.opening = Promise.resolve(placed.home.router);
    placed.next = null;
    return moved ? home.router : next.router;
  }

  /** Who is placed at one of these routers. */
  at(routers: ReadonlySet<RouterRef>): string[] {
    return this.#whose(({ home }) => home !== null && routers.has(home.router));
  }

  /** Who moves to one of these routers. */
  movingTo(routers: ReadonlySet<RouterRef>): string[] {
    return this.#whose(({ next }) => next !== null && routers.has(next.router));
  }

  /** Who moves. */
  get moving(): string[] {
    return this.#whose(({ next }) => next !== null);
  }

  /** Who came later has a higher one. */
  turnOf(participantId: string): number {
    return this.#placed.get(participantId)?.turn ?? 0;
  }

  has(participantId: string): boolean {
    return this.#placed.has(participantId);
  }

  delete(participantId: string): void {
    this.#placed.delete(participantId);
  }

  clear(): void {
    this.#placed.clear();
  }

  #whose(holds: (placed: Placed) => boolean): string[] {
    return [...this.#placed].filter(([, placed]) => holds(placed)).map(([id]) => id);
  }
}

function homeAt(
  router: RouterRef,
  moveId: number,
  { transports = [], consumers = [] }: { transports?: string[]; consumers?: string[] } = {},
): Home {
  return { router, moveId, transports: new Set(transports), consumers: new Set(consumers) };
}

/** As an inventory tells. */
export function toHome({ participant, home }: FoundParticipant): Home {
  const { moveId = 0, transports, consumers } = participant;
  return homeAt(home, moveId, {
    transports: Object.values(transports),
    consumers: consumers.map(({ consumerId }) => consumerId),
  });
}
