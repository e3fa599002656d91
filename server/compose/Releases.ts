interface Release {
  what: string;
  release: () => unknown;
}

/** What was opened, in order: whatever happens next, all of it is given back, the last first. */
export class Releases {
  readonly #releases: Release[] = [];
  #current: string | null = null;

  /** What is being given back right now, for people; null when nothing is. */
  get current(): string | null {
    return this.#current;
  }

  /** @param what names it in the log when it takes too long to give back */
  push(what: string, release: () => unknown): void {
    this.#releases.push({ what, release });
  }

  /** @throws what was thrown first, once everything was tried */
  async releaseAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const { what, release } of this.#releases.splice(0).reverse()) {
      this.#current = what;
      try {
        await release();
      } catch (error) {
        failures.push(error);
      }
    }
    this.#current = null;
    if (failures.length > 0) throw failures[0];
  }
}
