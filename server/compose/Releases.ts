/** What was opened, in order: whatever happens next, all of it is given back, the last first. */
export class Releases {
  readonly #releases: (() => unknown)[] = [];

  push(release: () => unknown): void {
    this.#releases.push(release);
  }

  async releaseAll(): Promise<void> {
    for (const release of this.#releases.splice(0).reverse()) await release();
  }
}
