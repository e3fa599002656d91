import { useState } from 'preact/hooks';

/**
 * Whether something that was asked for is still on its way, and how to ask; asking again meanwhile does
 * nothing. Its button is `aria-disabled`, for one that is `disabled` would lose the focus.
 */
export function useBusy(): readonly [boolean, (work: () => Promise<unknown>) => void] {
  const [busy, setBusy] = useState(false);
  const run = (work: () => Promise<unknown>): void => {
    if (busy) return;
    setBusy(true);
    void work().finally(() => setBusy(false));
  };
  return [busy, run];
}
