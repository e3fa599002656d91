/** Who of this node's people is a contact of whom. */
export class Watchers {
  readonly #contacts = new Map<string, ReadonlySet<string>>();
  readonly #watchers = new Map<string, Set<string>>();

  /** Contacts of somebody who is connected here. @returns those that are new */
  set(userId: string, contactIds: readonly string[]): string[] {
    const before = this.#contacts.get(userId);
    this.remove(userId);
    this.#contacts.set(userId, new Set(contactIds));
    for (const contactId of contactIds) {
      const watchers = this.#watchers.get(contactId) ?? new Set();
      this.#watchers.set(contactId, watchers.add(userId));
    }
    return before ? contactIds.filter((id) => !before.has(id)) : [];
  }

  remove(userId: string): void {
    for (const contactId of this.#contacts.get(userId) ?? []) this.#unwatch(userId, contactId);
    this.#contacts.delete(userId);
  }

  /** Whatever they are to each other now, neither is told of the other until it is known. */
  part(oneId: string, otherId: string): void {
    for (const [userId, contactId] of [
      [oneId, otherId],
      [otherId, oneId],
    ] as const) {
      const contacts = this.#contacts.get(userId);
      if (!contacts?.has(contactId)) continue;
      this.#contacts.set(userId, new Set([...contacts].filter((id) => id !== contactId)));
      this.#unwatch(userId, contactId);
    }
  }

  /** People of this node who are told how somebody is. */
  of(contactId: string): string[] {
    return [...(this.#watchers.get(contactId) ?? [])];
  }

  #unwatch(userId: string, contactId: string): void {
    const watchers = this.#watchers.get(contactId);
    watchers?.delete(userId);
    if (watchers?.size === 0) this.#watchers.delete(contactId);
  }
}
