import { useEffect, useState } from 'preact/hooks';
import '../../styles/recordings.css';
import type { Failure } from '../../state/models.ts';
import type { OpenedRecording } from '../../state/recordings/recordingModels.ts';
import { FailureNote } from '../components/FailureNote.tsx';
import { Shell } from '../components/Shell.tsx';
import { toFailure, useApp, useTexts } from '../context.ts';
import { RecordingFiles } from './RecordingFiles.tsx';
import { useRecordingTexts } from './useRecordingTexts.ts';

const AGAIN_MS = 5_000;

/** A recording as whoever has its link sees it: nobody has to be anybody for it. */
export function SharedRecordingPage() {
  const app = useApp();
  const { shared } = useRecordingTexts();
  const { app: words } = useTexts();
  const [opened, setOpened] = useState<OpenedRecording | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  // Behind the #, so that it is in no server's log.
  const open = (): void => {
    app.openShared(location.hash.slice(1)).then(
      (found) => {
        setFailure(null);
        setOpened(found);
      },
      (error: unknown) => setFailure(toFailure(error)),
    );
  };
  useEffect(open, []);
  const isLater = failure?.code === 'INVALID_STATE';
  useEffect(() => {
    if (!isLater) return undefined;
    const timer = setInterval(open, AGAIN_MS);
    return () => clearInterval(timer);
  }, [isLater]);
  return (
    <Shell title={opened?.recording.title ?? shared.title}>
      <div class="recordings">
        {opened && (
          <>
            <h1 dir="auto">{opened.recording.title}</h1>
            <RecordingFiles opened={opened} heading="h2" />
          </>
        )}
        {!opened && !failure && (
          <p class="muted" role="status">
            {words.loading}
          </p>
        )}
        {failure && !opened && <Refused failure={failure} onRetry={open} />}
      </div>
    </Shell>
  );
}

function Refused({ failure, onRetry }: { failure: Failure; onRetry: () => void }) {
  const { shared, failures } = useRecordingTexts();
  const { app } = useTexts();
  const isGone = failure.code === 'NOT_FOUND' || failure.code === 'INVALID_PAYLOAD';
  if (!isGone && failure.code !== 'INVALID_STATE') {
    return (
      <FailureNote failure={failure} texts={failures}>
        <button type="button" class="button" onClick={onRetry}>
          {app.retry}
        </button>
      </FailureNote>
    );
  }
  return (
    <div class="empty" role="status">
      <strong>{isGone ? shared.gone : shared.notReady}</strong>
      <span class="muted">{isGone ? shared.goneHint : shared.notReadyHint}</span>
    </div>
  );
}
