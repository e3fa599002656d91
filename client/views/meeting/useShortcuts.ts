import { useEffect, useRef } from 'preact/hooks';

export interface ShortcutActions {
  /** By the key that is pressed, in lower case. */
  keys: Record<string, () => unknown>;
  /** Whether holding the key would change anything: who is heard already stays so. */
  mayTalk: () => boolean;
  /** The key to talk with is held, or let go. */
  onTalk: (talking: boolean) => void;
}

const TALK_KEY = ' ';

/** The keyboard of a meeting. Keys that are typed into something, or with a modifier, are not ours. */
export function useShortcuts(actions: ShortcutActions): void {
  // The page is drawn anew while a key is held: what is held must not be let go by that.
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    let talking = false;
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isBusy(event.target)) return;
      if (event.key === TALK_KEY) {
        // On a focused button Space is that button's.
        if (isControl(event.target)) return;
        event.preventDefault();
        if (event.repeat || talking || !latest.current.mayTalk()) return;
        talking = true;
        latest.current.onTalk(true);
        return;
      }
      const act = event.repeat ? undefined : latest.current.keys[event.key.toLowerCase()];
      if (!act) return;
      event.preventDefault();
      act();
    };
    const stopTalking = (): void => {
      if (!talking) return;
      talking = false;
      latest.current.onTalk(false);
    };
    const release = (event: KeyboardEvent): void => {
      if (event.key === TALK_KEY) stopTalking();
    };
    addEventListener('keydown', press);
    addEventListener('keyup', release);
    // The key may be let go in another window.
    addEventListener('blur', stopTalking);
    return () => {
      removeEventListener('keydown', press);
      removeEventListener('keyup', release);
      removeEventListener('blur', stopTalking);
      stopTalking();
    };
  }, []);
}

/** Somebody types, chooses, or is asked something. */
function isBusy(target: EventTarget | null): boolean {
  if (document.querySelector('dialog[open]')) return true;
  return target instanceof Element && target.matches('input, select, textarea, [contenteditable]');
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button, a, summary') !== null;
}
