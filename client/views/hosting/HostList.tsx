import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Failure } from '../../state/models.ts';
import { FailureNote } from '../components/FailureNote.tsx';
import { toFailure, useTexts } from '../context.ts';

/** A list that is fetched when somebody looks at it, page by page. */
export interface FetchedList<T> {
  readonly items: readonly T[] | null;
  readonly loading: boolean;
  readonly failure: Failure | null;
  /** From the beginning, or what follows where there is more. */
  fetch: (page: () => Promise<readonly T[]>, how: 'anew' | 'more') => Promise<void>;
}

export function useFetchedList<T>(): FetchedList<T> {
  const [items, setItems] = useState<readonly T[] | null>(null);
  const [loading, setLoading] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  return {
    items,
    loading,
    failure,
    async fetch(page, how) {
      setLoading(true);
      setFailure(null);
      try {
        const found = await page();
        setItems((before) => (how === 'more' && before ? [...before, ...found] : found));
      } catch (error) {
        setFailure(toFailure(error));
      } finally {
        setLoading(false);
      }
    },
  };
}

interface HostListProps<T> {
  title: string;
  empty: string;
  list: FetchedList<T>;
  onOpen: () => void;
  children: ComponentChildren;
}

/** The list behind its title: fetched each time it is opened, and honest about how that went. */
export function HostList<T>({ title, empty, list, onOpen, children }: HostListProps<T>) {
  const texts = useTexts();
  return (
    <details
      class="disclosure"
      onToggle={(event) => {
        if (event.currentTarget.open) onOpen();
      }}
    >
      <summary>{title}</summary>
      <div class="disclosed" aria-busy={list.loading}>
        {list.items === null && list.loading && (
          <p class="muted" role="status">
            {texts.app.loading}
          </p>
        )}
        {list.items?.length === 0 && <p class="muted">{empty}</p>}
        {children}
        {list.failure && (
          <FailureNote failure={list.failure}>
            <button type="button" class="button" onClick={onOpen}>
              {texts.app.retry}
            </button>
          </FailureNote>
        )}
      </div>
    </details>
  );
}
