import type { ComponentChildren } from 'preact';
import type { FailureText } from '../../i18n/texts.ts';
import type { Failure } from '../../state/models.ts';
import type { PagedList } from '../../state/pagedList.ts';
import { useTexts } from '../context.ts';
import { usePolling } from '../usePolling.ts';
import { useRetry } from '../useRetry.ts';
import { FailureNote } from './FailureNote.tsx';
import { RetryNote } from './RetryNote.tsx';

interface PagedItemsProps<T> {
  list: Pick<PagedList<T>, 'items' | 'hasMore' | 'refresh' | 'loadMore'>;
  /** It is asked for again after so long, milliseconds. */
  everyMs: number;
  /** Of the list itself. */
  class: string;
  words: Record<'empty' | 'emptyHint' | 'more', string>;
  /** Other words for some failures. */
  texts: Partial<Record<Failure['code'], FailureText>>;
  /** One of it, as `li`. */
  children: (item: T) => ComponentChildren;
}

/** A list of one's own with everything that comes with one: it loads, fails, is empty, and has older ones. */
export function PagedItems<T>({ list, everyMs, words, texts, ...props }: PagedItemsProps<T>) {
  const { app } = useTexts();
  const { failed, run, dismiss } = useRetry();
  usePolling(list.refresh, everyMs);
  const found = list.items.value;
  if (found.is === 'loading') {
    return (
      <div class="skeletons" role="status" aria-label={app.loading}>
        <span />
        <span />
      </div>
    );
  }
  if (found.is === 'failed') {
    return (
      <FailureNote failure={found.failure} texts={texts}>
        <button type="button" class="button" onClick={() => void list.refresh()}>
          {app.retry}
        </button>
      </FailureNote>
    );
  }
  if (found.value.length === 0) {
    return (
      <div class="empty">
        <strong>{words.empty}</strong>
        <span class="muted">{words.emptyHint}</span>
      </div>
    );
  }
  return (
    <>
      <ul class={props.class}>{found.value.map(props.children)}</ul>
      {list.hasMore.value && (
        <button type="button" class="button" onClick={() => run(() => list.loadMore())}>
          {words.more}
        </button>
      )}
      <RetryNote {...{ failed, dismiss, texts }} />
    </>
  );
}
