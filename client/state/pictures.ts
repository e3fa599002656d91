import { signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { MAX_CAPACITY } from '../../protocol/meetings.ts';
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

/** More than can be seen at once, some 10 kB each; the one that was asked for longest ago goes. */
const MOST_KEPT = 2 * MAX_CAPACITY;
const RETRY_MS = 5_000;
/** Who may see it may change. */
const REFUSAL_HOLDS_MS = 60_000;

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
      const passing = isPassing(toRequestError(error));
      setTimeout(
        () => {
          if (kept.get(address) !== shown) return;
          if (passing) void load(address, shown);
          // Whoever shows it next asks again.
          else kept.delete(address);
        },
        passing ? RETRY_MS : REFUSAL_HOLDS_MS,
      );
    }
  }

  /** Not while somebody is drawing. */
  function makeRoom(): void {
    for (const address of kept.keys()) {
      if (kept.size <= MOST_KEPT) return;
      drop(address);
    }
  }

  selfId.subscribe(() => {
    for (const address of [...kept.keys()]) drop(address);
  });

  return {
    of(address) {
      const known = kept.get(address);
      const shown = known ?? signal<string | null>(null);
      kept.delete(address);
      kept.set(address, shown);
      if (known) return known;
      if (kept.size > MOST_KEPT) queueMicrotask(makeRoom);
      void load(address, shown);
      return shown;
    },
  };
}
