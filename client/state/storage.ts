/**
 * A value kept by the browser. Storage that is full or forbidden (private windows, policies) is as
 * good as none: the value then lives as long as the page.
 */
export interface Kept {
  get(): string | null;
  set(value: string | null): void;
}

/** Kept over visits. */
export function keptLocally(key: string): Kept {
  return kept(() => localStorage, key);
}

/** Kept over reloads of this tab. */
export function keptInTab(key: string): Kept {
  return kept(() => sessionStorage, key);
}

function kept(storage: () => Storage, key: string): Kept {
  const name = `parley.${key}`;
  let fallback: string | null = null;
  return {
    get() {
      try {
        return storage().getItem(name);
      } catch {
        return fallback;
      }
    },
    set(value) {
      fallback = value;
      try {
        if (value === null) storage().removeItem(name);
        else storage().setItem(name, value);
      } catch {
        // Kept in `fallback`.
      }
    },
  };
}
