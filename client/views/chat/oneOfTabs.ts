/** Held, shared, by every tab that is looked at. */
const FOCUS = 'parley.focus';
/** Tabs hear of the same within so long a time. */
const TOGETHER_MS = 3_000;

/**
 * Lets the other tabs know while this one is looked at. Locks are there on secure origins only: elsewhere
 * every tab speaks for itself.
 */
export function claimFocus(): () => void {
  const { locks } = navigator as Partial<Navigator>;
  let release: (() => void) | null = null;

  function update(): void {
    if (!locks) return;
    if (!document.hasFocus()) {
      release?.();
      release = null;
    } else if (release === null) {
      const held = new Promise<void>((resolve) => (release = resolve));
      void locks.request(FOCUS, { mode: 'shared' }, () => held);
    }
  }

  addEventListener('focus', update);
  addEventListener('blur', update);
  update();
  return () => {
    removeEventListener('focus', update);
    removeEventListener('blur', update);
    release?.();
    release = null;
  };
}

/**
 * Calls `tell` in one of the tabs that were told the same: in the one that is looked at, if there is one.
 * @param tell with whether another tab is looked at
 */
export async function tellOnce(
  name: string,
  focused: boolean,
  tell: (elsewhere: boolean) => void,
): Promise<void> {
  const { locks } = navigator as Partial<Navigator>;
  if (!locks) {
    tell(false);
    return;
  }
  const { held = [] } = await locks.query();
  const elsewhere = !focused && held.some((lock) => lock.name === FOCUS);
  if (elsewhere) return;
  await locks.request(`parley.${name}`, { ifAvailable: true }, async (lock) => {
    if (lock === null) return;
    tell(elsewhere);
    await new Promise((resolve) => setTimeout(resolve, TOGETHER_MS));
  });
}
