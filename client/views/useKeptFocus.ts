import { useEffect } from 'preact/hooks';

/** How far back it is remembered what had the focus. */
const REMEMBERED = 12;
/** What goes away may have a place of its own to hand the focus to, which is asked first. */
const PATIENCE_MS = 60;

interface Visit {
  element: HTMLElement;
  /** What it lies in that can have the focus, nearest first: of an element that has gone there is no telling. */
  around: HTMLElement[];
}

/**
 * Whoever uses keys goes on from near where they were: when what has the focus goes away, what it lay in
 * has it, or else what had it before.
 */
export function useKeptFocus(): void {
  useEffect(() => {
    let visits: Visit[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;

    const enter = ({ target }: FocusEvent): void => {
      if (!(target instanceof HTMLElement)) return;
      const visit = { element: target, around: focusableAround(target) };
      visits = [...visits.filter(({ element }) => element !== target), visit].slice(-REMEMBERED);
    };
    // A click beside everything takes the focus away as well, and means it.
    const pressBeside = ({ target }: PointerEvent): void => {
      if (
        target instanceof Element &&
        !target.closest('button, a, input, select, summary, label')
      ) {
        visits = [];
      }
    };
    const look = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const last = visits.at(-1);
        if (!last || last.element.isConnected || document.activeElement !== document.body) return;
        const before = visits.map(({ element }) => element).reverse();
        // Where nothing can be focused any more, `focus` does nothing.
        [...last.around, ...before].some((element) => {
          element.focus({ preventScroll: true });
          return document.activeElement === element;
        });
      }, PATIENCE_MS);
    };

    const observer = new MutationObserver(look);
    observer.observe(document.body, { childList: true, subtree: true });
    addEventListener('focusin', enter);
    addEventListener('pointerdown', pressBeside);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
      removeEventListener('focusin', enter);
      removeEventListener('pointerdown', pressBeside);
    };
  }, []);
}

function focusableAround(element: HTMLElement): HTMLElement[] {
  const found: HTMLElement[] = [];
  for (let one = element.parentElement; one; one = one.parentElement) {
    if (one.hasAttribute('tabindex')) found.push(one);
  }
  return found;
}
