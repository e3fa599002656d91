import { useState } from 'preact/hooks';
import type { Failure } from '../state/models.ts';
import { toFailure } from './context.ts';

/** What went wrong, and how to do it once more. */
interface Failed {
  readonly failure: Failure;
  readonly again: () => void;
}

/** Does something that may fail; what failed is shown until it is done again or put away. */
export function useRetry(): {
  readonly failed: Failed | null;
  readonly run: (work: () => Promise<unknown>) => void;
  readonly dismiss: () => void;
} {
  const [failed, setFailed] = useState<Failed | null>(null);
  const run = (work: () => Promise<unknown>): void => {
    setFailed(null);
    work().catch((error: unknown) =>
      setFailed({ failure: toFailure(error), again: () => run(work) }),
    );
  };
  return { failed, run, dismiss: () => setFailed(null) };
}
