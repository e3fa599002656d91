import type { OwnStatus } from '../../../protocol/people.ts';

interface Leaving {
  readonly timer: NodeJS.Timeout;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** Node that had their last connection. */
  readonly holder: string;
}

export interface ShownDeps {
  /** How long somebody whose last connection is gone is shown as before: a reload is no departure. */
  graceMs: number;
  now: () => number;
  /** @param before null: offline */
  onChanged: (userId: string, status: OwnStatus, before: OwnStatus | null) => void;
  onOffline: (userId: string, left: { at: number; holder: string }) => void;
}

/** How people are shown to their contacts by this node: those who are here, and those who have just left. */
export class Shown {
  readonly #deps: ShownDeps;
  readonly #here = new Map<string, OwnStatus>();
  readonly #leaving = new Map<string, Leaving>();

  constructor(deps: ShownDeps) {
    this.#deps = deps;
  }

  /** Null: offline. */
  of(userId: string): OwnStatus | null {
    return this.#here.get(userId) ?? null;
  }

  /** @param holder node that something was heard of */
  set(userId: string, status: OwnStatus | null, holder: string): void {
    const before = this.of(userId);
    if (status === null) {
      if (before && !this.#leaving.has(userId)) this.#startLeaving(userId, holder);
      return;
    }
    clearTimeout(this.#leaving.get(userId)?.timer);
    this.#leaving.delete(userId);
    if (before?.status === status.status && before.chosen === status.chosen) return;
    this.#here.set(userId, status);
    this.#deps.onChanged(userId, status, before);
  }

  /** Stops, and tells who was about to be shown as gone. */
  close(): { userId: string; at: number; holder: string }[] {
    const left = [...this.#leaving].map(([userId, { at, holder }]) => ({ userId, at, holder }));
    for (const { timer } of this.#leaving.values()) clearTimeout(timer);
    this.#leaving.clear();
    return left;
  }

  #startLeaving(userId: string, holder: string): void {
    const at = this.#deps.now();
    const timer = setTimeout(() => {
      this.#leaving.delete(userId);
      this.#here.delete(userId);
      this.#deps.onOffline(userId, { at, holder });
    }, this.#deps.graceMs);
    this.#leaving.set(userId, { timer, at, holder });
  }
}
