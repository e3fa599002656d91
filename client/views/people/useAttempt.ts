import { useState } from 'preact/hooks';
import type { Failure } from '../../state/models.ts';
import { toFailure } from '../context.ts';

/** Does something that may fail; what failed last is shown until the next. */
export type Attempt = (work: () => Promise<unknown>) => void;

export function useAttempt(): readonly [Failure | null, Attempt] {
  const [failure, setFailure] = useState<Failure | null>(null);
  const attempt: Attempt = (work) => {
    setFailure(null);
    work().catch((error: unknown) => setFailure(toFailure(error)));
  };
  return [failure, attempt];
}
