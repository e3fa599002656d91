import type { RouterRef } from '../MediaExecutor.ts';

/** Who has a consumer of which producer at which router, in one meeting: who moves has two for a while. */
export class Consumptions {
  /** By router and participant: consumer id by producer id. */
  readonly #consumers = new Map<RouterRef, Map<string, Map<string, string>>>();

  add(at: RouterRef, participantId: string, consumerId: string, producerId: string): void {
    const there = this.#consumers.get(at) ?? new Map<string, Map<string, string>>();
    this.#consumers.set(at, there);
    const theirs = there.get(participantId) ?? new Map<string, string>();
    there.set(participantId, theirs.set(producerId, consumerId));
  }

  has(at: RouterRef, participantId: string, producerId: string): boolean {
    return this.find(at, participantId, producerId) !== undefined;
  }

  /** The participant's consumer of that producer. */
  find(at: RouterRef, participantId: string, producerId: string): string | undefined {
    return this.#consumers.get(at)?.get(participantId)?.get(producerId);
  }

  /** Ids of all consumers of the participant there. */
  of(at: RouterRef, participantId: string): string[] {
    return [...(this.#consumers.get(at)?.get(participantId)?.values() ?? [])];
  }

  /** @returns the producers that they were of */
  remove(at: RouterRef, participantId: string, consumerIds: readonly string[]): string[] {
    const theirs = this.#consumers.get(at)?.get(participantId);
    const closed = [...(theirs ?? [])].filter(([, id]) => consumerIds.includes(id));
    for (const [producerId] of closed) theirs?.delete(producerId);
    return closed.map(([producerId]) => producerId);
  }

  /** @returns the producers that the participant consumed there */
  clear(at: RouterRef, participantId: string): string[] {
    const there = this.#consumers.get(at);
    const theirs = there?.get(participantId);
    there?.delete(participantId);
    if (there?.size === 0) this.#consumers.delete(at);
    return [...(theirs?.keys() ?? [])];
  }

  forgetProducer(producerId: string): void {
    for (const there of this.#consumers.values()) {
      for (const theirs of there.values()) theirs.delete(producerId);
    }
  }
}
