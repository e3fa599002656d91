import { signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { isPassing, toRequestError } from '../api/RequestError.ts';

/** Pictures that only those get who may see them, as addresses that an image can show. */
export interface PicturesModel {
  /**
   * Null until it has come, and for good where there is none for oneself.
   * @param address as the server told it; the first who asks has it fetched
   */
  of(address: string): ReadonlySignal<string | null>;
}

interface PicturesDeps {
  /** @throws RequestError */
  fetchPicture: (address: string) => Promise<Blob>;
  /** Id of whoever is signed in: what one may see is not for the next. */
  selfId: ReadonlySignal<string | null>;
}

/** The one that was asked for first goes: some 10 kB each. */
const MOST_KEPT = 500;
const RETRY_MS = 5_000;

export function createPictures({ fetchPicture, selfId }: PicturesDeps): PicturesModel {
  const kept = new Map<string, Signal<string | null>>();

  function drop(address: string): void {
    const shown = kept.get(address);
    kept.delete(address);
    if (!shown?.peek()) return;
    URL.revokeObjectURL(shown.peek() ?? '');
    shown.value = null;
  }

  async function load(address: string, shown: Signal<string | null>): Promise<void> {
    try {
      const picture = await fetchPicture(address);
      if (kept.get(address) === shown) shown.value = URL.createObjectURL(picture);
    } catch (error) {
      if (!isPassing(toRequestError(error))) return;
      setTimeout(() => {
        if (kept.get(address) === shown) void load(address, shown);
      }, RETRY_MS);
    }
  }

  selfId.subscribe(() => {
    for (const address of [...kept.keys()]) drop(address);
  });

  return {
    of(address) {
      const known = kept.get(address);
      if (known) return known;
      const shown = signal<string | null>(null);
      kept.set(address, shown);
      const [first] = kept.size > MOST_KEPT ? kept.keys() : [];
      if (first !== undefined) drop(first);
      void load(address, shown);
      return shown;
    },
  };
}
