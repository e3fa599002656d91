import type { JoinOutcome, JoinRequest, QueuedJoin } from './admission.ts';

/** Joins that wait for their meeting's turn; those that wait together are served together. */
export class JoinBatches {
  #waiting: QueuedJoin[] = [];

  /** How many wait. */
  get size(): number {
    return this.#waiting.length;
  }

  /** @param begin has `serve` called when it is the meeting's turn; once for each batch */
  add(request: JoinRequest, begin: () => Promise<void>): Promise<JoinOutcome> {
    return new Promise((resolve, reject) => {
      const first = { request, resolve, reject };
      this.#waiting.push(first);
      if (this.#waiting.length > 1) return;
      begin().catch((error: unknown) => {
        // Those of a later batch have a turn of their own.
        if (this.#waiting[0] !== first) return;
        for (const join of this.#waiting.splice(0)) join.reject(error);
      });
    });
  }

  /** Those who are let in hear of it when `serve` is done, and what it did is kept. */
  async serve(serve: (joins: readonly QueuedJoin[]) => Promise<void>): Promise<void> {
    const joins = this.#waiting.splice(0);
    const answers: (() => void)[] = [];
    const held = joins.map((join) => ({
      ...join,
      resolve: (outcome: JoinOutcome) => void answers.push(() => join.resolve(outcome)),
    }));
    try {
      await serve(held);
      for (const answer of answers) answer();
    } catch (error) {
      // Nobody is left without an answer; whoever has one keeps it.
      for (const { reject } of joins) reject(error);
      throw error;
    }
  }
}
