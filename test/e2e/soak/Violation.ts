/** Something that must never happen did. */
export class Violation extends Error {
  /** @param invariant number in the list of docs/cluster.md */
  constructor(invariant: number, what: string) {
    super(`invariant ${invariant}: ${what}`);
    this.name = 'Violation';
  }
}
