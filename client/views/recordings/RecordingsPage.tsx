import '../../styles/recordings.css';
import { PagedItems } from '../components/PagedItems.tsx';
import { Shell } from '../components/Shell.tsx';
import { useApp } from '../context.ts';
import { useLoaded } from '../useLoaded.ts';
import { RecordingCard } from './RecordingCard.tsx';
import { useRecordingTexts } from './useRecordingTexts.ts';

const LOOK_EVERY_MS = 4_000;

/** What was recorded in meetings that one hosts. */
export function RecordingsPage() {
  const app = useApp();
  const { page, failures } = useRecordingTexts();
  const model = useLoaded(() => app.ownRecordings(null));
  return (
    <Shell title={page.title}>
      <div class="recordings">
        <header>
          <h1>{page.title}</h1>
          <p class="muted">{page.hint}</p>
        </header>
        {model && (
          <PagedItems
            {...{ list: { ...model, items: model.recordings }, everyMs: LOOK_EVERY_MS }}
            {...{ class: 'recording-list', words: page, texts: failures }}
          >
            {(recording) => <RecordingCard key={recording.id} {...{ model, recording }} />}
          </PagedItems>
        )}
      </div>
    </Shell>
  );
}
