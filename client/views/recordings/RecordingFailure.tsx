import type { ComponentChildren } from 'preact';
import type { Failure } from '../../state/models.ts';
import { FailureNote } from '../components/FailureNote.tsx';
import { useTexts } from '../context.ts';
import type { useRetry } from '../useRetry.ts';
import { useRecordingTexts } from './useRecordingTexts.ts';

/** Why something about a recording was refused, in words of recordings. */
export function RecordingFailure({
  failure,
  children,
}: {
  failure: Failure;
  children?: ComponentChildren;
}) {
  const { failures } = useRecordingTexts();
  const texts: Partial<Record<Failure['code'], (typeof failures)['NOT_FOUND']>> = failures;
  return (
    <FailureNote failure={failure} text={texts[failure.code]}>
      {children}
    </FailureNote>
  );
}

/** What `useRetry` could not do, with a button that tries again and one that lets it be. */
export function RecordingRetry({
  failed,
  dismiss,
}: Pick<ReturnType<typeof useRetry>, 'failed' | 'dismiss'>) {
  const { app } = useTexts();
  if (!failed) return null;
  return (
    <RecordingFailure failure={failed.failure}>
      <span class="note-buttons">
        <button type="button" class="button small" onClick={failed.again}>
          {app.retry}
        </button>
        <button type="button" class="button small" onClick={dismiss}>
          {app.close}
        </button>
      </span>
    </RecordingFailure>
  );
}
