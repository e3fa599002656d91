import { signal, type ReadonlySignal } from '@preact/signals';
import { toRequestError } from '../api/RequestError.ts';
import type { Loadable } from './models.ts';

const PAGE = 20;
/** Most that a list may be asked for at a time. */
const LARGEST_PAGE = 100;

/** Which entries are asked for, as routes take it. */
export interface PageQuery {
  limit: string;
  before?: string;
}

/** A list of the server's that is shown page by page, asked for again and again, and changed meanwhile. */
export interface PagedList<T> {
  readonly items: ReadonlySignal<Loadable<readonly T[]>>;
  readonly hasMore: ReadonlySignal<boolean>;
  /** Asks for what is shown once more; what is known stays where that fails. Never rejects. */
  readonly refresh: () => Promise<void>;
  /** @throws RequestError */
  readonly loadMore: () => Promise<void>;
  /** As it is now, in its place; first, where it is new. */
  readonly show: (item: T) => void;
  /** It is gone. */
  readonly drop: (id: string) => void;
}

export function createPagedList<T>(
  ask: (query: PageQuery) => Promise<{ items: readonly T[]; next: string | null }>,
  idOf: (item: T) => string,
): PagedList<T> {
  const items = signal<Loadable<readonly T[]>>({ is: 'loading' });
  const hasMore = signal(false);
  let next: string | null = null;
  /** Counts what was done: an answer that was asked for before it is out of date. */
  let changes = 0;

  const shown = () => (items.value.is === 'ready' ? items.value.value : []);

  function change(value: readonly T[]): void {
    changes += 1;
    items.value = { is: 'ready', value };
  }

  async function page(query: PageQuery): Promise<readonly T[]> {
    const answer = await ask(query);
    next = answer.next;
    hasMore.value = next !== null;
    return answer.items;
  }

  return {
    ...{ items, hasMore },
    async refresh() {
      const asked = changes;
      try {
        const limit = Math.min(LARGEST_PAGE, Math.max(PAGE, shown().length));
        const value = await page({ limit: String(limit) });
        if (asked === changes) items.value = { is: 'ready', value };
      } catch (error) {
        if (items.value.is !== 'ready') {
          items.value = { is: 'failed', failure: toRequestError(error) };
        }
      }
    },
    async loadMore() {
      if (next === null) return;
      const before = shown();
      const more = await page({ limit: String(PAGE), before: next });
      change([...before, ...more]);
    },
    show(item) {
      const before = shown();
      const isNew = before.every((one) => idOf(one) !== idOf(item));
      change(
        isNew ? [item, ...before] : before.map((one) => (idOf(one) === idOf(item) ? item : one)),
      );
    },
    drop: (id) => change(shown().filter((one) => idOf(one) !== id)),
  };
}
