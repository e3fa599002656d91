/** Who has a consumer of which producer, in one meeting. */
export class Consumptions {
  /** By participant: consumer id by producer id. */
  readonly #consumers = new Map<string, Map<string, string>>();

  add(participantId: string, consumerId: string, producerId: string): void {
    const theirs = this.#consumers.get(participantId) ?? new Map<string, string>();
    this.#consumers.set(participantId, theirs.set(producerId, consumerId));
  }

  has(participantId: string, producerId: string): boolean {
    return this.#consumers.get(participantId)?.has(producerId) ?? false;
  }

  /** The participant's consumer of that producer. */
  find(participantId: string, producerId: string): string | undefined {
    return this.#consumers.get(participantId)?.get(producerId);
  }

  /** Ids of all consumers of the participant. */
  of(participantId: string): string[] {
    return [...(this.#consumers.get(participantId)?.values() ?? [])];
  }

  /** @returns the producers that they were of */
  remove(participantId: string, consumerIds: readonly string[]): string[] {
    const theirs = this.#consumers.get(participantId);
    const closed = [...(theirs ?? [])].filter(([, id]) => consumerIds.includes(id));
    for (const [producerId] of closed) theirs?.delete(producerId);
    return closed.map(([producerId]) => producerId);
  }

  /** @returns the producers that the participant consumed */
  clear(participantId: string): string[] {
    const theirs = this.#consumers.get(participantId);
    this.#consumers.delete(participantId);
    return [...(theirs?.keys() ?? [])];
  }

  forgetProducer(producerId: string): void {
    for (const theirs of this.#consumers.values()) theirs.delete(producerId);
  }
}
