import '../../styles/recordings.css';
import type { OwnRecordingsModel } from '../../state/recordings/recordingModels.ts';
import { Shell } from '../components/Shell.tsx';
import { useApp, useTexts } from '../context.ts';
import { useLoaded } from '../useLoaded.ts';
import { usePolling } from '../usePolling.ts';
import { useRetry } from '../useRetry.ts';
import { RecordingCard } from './RecordingCard.tsx';
import { RecordingFailure, RecordingRetry } from './RecordingFailure.tsx';
import { useRecordingTexts } from './useRecordingTexts.ts';

const LOOK_EVERY_MS = 4_000;

/** What was recorded in meetings that one hosts. */
export function RecordingsPage() {
  const app = useApp();
  const { page } = useRecordingTexts();
  const model = useLoaded(() => app.ownRecordings(null));
  return (
    <Shell title={page.title}>
      <div class="recordings">
        <header>
          <h1>{page.title}</h1>
          <p class="muted">{page.hint}</p>
        </header>
        {model && <List model={model} />}
      </div>
    </Shell>
  );
}

function List({ model }: { model: OwnRecordingsModel }) {
  const { app } = useTexts();
  const { page } = useRecordingTexts();
  const { failed, run, dismiss } = useRetry();
  usePolling(model.refresh, LOOK_EVERY_MS);
  const found = model.recordings.value;
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
      <RecordingFailure failure={found.failure}>
        <button type="button" class="button" onClick={() => void model.refresh()}>
          {app.retry}
        </button>
      </RecordingFailure>
    );
  }
  if (found.value.length === 0) {
    return (
      <div class="empty">
        <strong>{page.empty}</strong>
        <span class="muted">{page.emptyHint}</span>
      </div>
    );
  }
  return (
    <>
      <ul class="recording-list">
        {found.value.map((recording) => (
          <RecordingCard key={recording.id} model={model} recording={recording} />
        ))}
      </ul>
      {model.hasMore.value && (
        <button type="button" class="button" onClick={() => run(() => model.loadMore())}>
          {page.more}
        </button>
      )}
      <RecordingRetry {...{ failed, dismiss }} />
    </>
  );
}
