/** Something to wait for: opened by whoever knows that it is time, or by the clock. */
export interface Gate {
  readonly opened: Promise<void>;
  /** Idempotent. */
  open(): void;
}

/** @param latestMs opens by itself after so many milliseconds */
export function createGate(latestMs: number): Gate {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), latestMs);
  return {
    opened: promise,
    open() {
      clearTimeout(timer);
      resolve(undefined);
    },
  };
}
