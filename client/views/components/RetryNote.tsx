import { useTexts } from '../context.ts';
import type { useRetry } from '../useRetry.ts';
import { FailureNote } from './FailureNote.tsx';

/** What `useRetry` could not do, with a button that tries again and one that lets it be. */
export function RetryNote({
  failed,
  dismiss,
}: Pick<ReturnType<typeof useRetry>, 'failed' | 'dismiss'>) {
  const { app } = useTexts();
  if (!failed) return null;
  return (
    <FailureNote failure={failed.failure}>
      <span class="note-buttons">
        <button type="button" class="button small" onClick={failed.again}>
          {app.retry}
        </button>
        <button type="button" class="button small" onClick={dismiss}>
          {app.close}
        </button>
      </span>
    </FailureNote>
  );
}
