/** What is counted of calls, by the node that carried on with them. */
export interface CallMetrics {
  started(): void;
  /** @param seconds from the answer to the end; null for what was not answered */
  ended(outcome: string, reason: string, seconds: number | null): void;
  /** Calls that go on now, of all nodes together. */
  live(count: number): void;
}
