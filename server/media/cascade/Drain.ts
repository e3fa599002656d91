import { nextMove, type Movable } from './nextMove.ts';

/** A meeting whose media may be on a node that gives away what it has. */
export interface Drainable {
  /** Whether nobody else who sends is to move for now. */
  readonly isBusy: boolean;
  /** Who is placed on one of these nodes and does not move yet. */
  waiting(nodeIds: ReadonlySet<string>): Movable[];
  move(participantId: string): Promise<void>;
  /** Gives up what nobody needs on these nodes. */
  vacate(nodeIds: ReadonlySet<string>): void;
}

export interface DrainDeps {
  meetings: () => ReadonlyMap<string, Drainable>;
  /** Nodes that give away what they have. */
  draining: () => ReadonlySet<string>;
  /** So many participants at most begin to move in a second, as of now. */
  movesPerSecond: () => number;
}

/** Moves away those who are placed on nodes that drain, one after another. */
export class Drain {
  readonly #deps: DrainDeps;
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: DrainDeps) {
    this.#deps = deps;
  }

  /** A node may drain now that did not. Idempotent. */
  wake(): void {
    if (this.#timer || this.#deps.draining().size === 0) return;
    this.#schedule();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    this.#timer = setTimeout(() => this.#step(), 1_000 / this.#deps.movesPerSecond());
  }

  #step(): void {
    const nodeIds = this.#deps.draining();
    if (nodeIds.size === 0) {
      this.close();
      return;
    }
    this.#schedule();
    const meetings = this.#deps.meetings();
    const all = [...meetings.values()];
    const busy = new Set([...meetings].filter(([, { isBusy }]) => isBusy).map(([id]) => id));
    const next = nextMove(
      all.flatMap((meeting) => meeting.waiting(nodeIds)),
      busy,
    );
    if (next) void meetings.get(next.meetingId)?.move(next.participantId);
    for (const meeting of all) meeting.vacate(nodeIds);
  }
}
