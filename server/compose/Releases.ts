/** What was opened, in order: whatever happens next, all of it is given back, the last first. */
export class Releases {
  readonly #releases: (() => unknown)[] = [];

  push(release: () => unknown): void {
    this.#releases.push(release);
  }

  /** @throws what was thrown first, once everything was tried */
  async releaseAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const release of this.#releases.splice(0).reverse()) {
      try {
        await release();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
