import { useState } from 'preact/hooks';

/** Whether something that was asked for is still on its way, and how to ask. */
export function useBusy(): readonly [boolean, (work: Promise<unknown>) => void] {
  const [busy, setBusy] = useState(false);
  const run = (work: Promise<unknown>): void => {
    setBusy(true);
    void work.finally(() => setBusy(false));
  };
  return [busy, run];
}
