import type { FailureText } from '../../i18n/texts.ts';
import type { Failure } from '../../state/models.ts';
import { useTexts } from '../context.ts';
import type { useRetry } from '../useRetry.ts';
import { FailureNote } from './FailureNote.tsx';

interface RetryNoteProps extends Pick<ReturnType<typeof useRetry>, 'failed' | 'dismiss'> {
  /** Other words than those of the codes. */
  texts?: Partial<Record<Failure['code'], FailureText>>;
}

/** What `useRetry` could not do, with a button that tries again and one that lets it be. */
export function RetryNote({ failed, dismiss, texts = {} }: RetryNoteProps) {
  const { app } = useTexts();
  if (!failed) return null;
  const { failure, again } = failed;
  return (
    <FailureNote failure={failure} texts={texts}>
      <span class="note-buttons">
        <button type="button" class="button small" onClick={again}>
          {app.retry}
        </button>
        <button type="button" class="button small" onClick={dismiss}>
          {app.close}
        </button>
      </span>
    </FailureNote>
  );
}
