import { Circle, Square } from 'lucide';
import { useState } from 'preact/hooks';
import '../../styles/recordings.css';
import type { RecordingView } from '../../../protocol/recordings.ts';
import type { MeetingModel } from '../../state/models.ts';
import type { OwnRecordingsModel } from '../../state/recordings/recordingModels.ts';
import { Icon } from '../components/Icon.tsx';
import { RetryNote } from '../components/RetryNote.tsx';
import { useApp, useTexts } from '../context.ts';
import { useLoaded } from '../useLoaded.ts';
import { usePolling } from '../usePolling.ts';
import { useRetry } from '../useRetry.ts';
import { Choice } from './Choice.tsx';
import { useRecordingTexts } from './useRecordingTexts.ts';

const LOOK_EVERY_MS = 3_000;

/** Among the host's tools: begins and ends a recording of this meeting. */
export function Record({ meeting }: { meeting: MeetingModel }) {
  const app = useApp();
  const { tools } = useRecordingTexts();
  const { id } = meeting.meeting.value;
  const model = useLoaded(() => app.ownRecordings(id));
  return (
    <section data-testid="record">
      <h3>{tools.title}</h3>
      {model && <OfMeeting model={model} meetingId={id} />}
    </section>
  );
}

function OfMeeting({ model, meetingId }: { model: OwnRecordingsModel; meetingId: string }) {
  const { tools, failures } = useRecordingTexts();
  const { failed, run, dismiss } = useRetry();
  const [busy, setBusy] = useState(false);
  usePolling(model.refresh, LOOK_EVERY_MS);
  const found = model.recordings.value;
  const all = found.is === 'ready' ? found.value : [];
  const going = all.find(({ state }) => state === 'starting' || state === 'recording');
  const act = (work: () => Promise<void>): void => {
    if (busy) return;
    setBusy(true);
    run(() => work().finally(() => setBusy(false)));
  };
  return (
    <div class="record">
      {going ? (
        <GoingOn recording={going} busy={busy} onStop={() => act(() => model.stop(going.id))} />
      ) : (
        <Begin busy={busy} onStart={(what) => act(() => model.start(meetingId, what))} />
      )}
      <RetryNote {...{ failed, dismiss }} texts={failures} />
      <a class="small" href="/recordings" target="_blank" rel="noreferrer">
        {tools.all}
      </a>
    </div>
  );
}

interface BeginProps {
  busy: boolean;
  onStart: (what: { composite: boolean; tracks: boolean }) => void;
}

function Begin({ busy, onStart }: BeginProps) {
  const { tools } = useRecordingTexts();
  const [composite, setComposite] = useState(true);
  const [tracks, setTracks] = useState(false);
  const isSomething = composite || tracks;
  return (
    <>
      <p class="muted small">{tools.hint}</p>
      <Choice
        label={tools.composite}
        hint={tools.compositeHint}
        on={composite}
        onChange={setComposite}
      />
      <Choice label={tools.tracks} hint={tools.tracksHint} on={tracks} onChange={setTracks} />
      <button
        type="button"
        class="button"
        aria-disabled={busy || !isSomething}
        aria-busy={busy}
        onClick={() => {
          if (isSomething) onStart({ composite, tracks });
        }}
      >
        <Icon of={Circle} size={18} />
        {busy ? tools.starting : tools.start}
      </button>
    </>
  );
}

interface GoingOnProps {
  recording: RecordingView;
  busy: boolean;
  onStop: () => void;
}

function GoingOn({ recording, busy, onStop }: GoingOnProps) {
  const { locale } = useTexts();
  const { tools, states } = useRecordingTexts();
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
  return (
    <>
      <span class="recording-state on" role="status">
        <span class="recording-dot" />
        {states[recording.state]}
      </span>
      <p class="muted small">{tools.since(time.format(new Date(recording.startedAt)))}</p>
      <button
        type="button"
        class="button danger"
        aria-disabled={busy}
        aria-busy={busy}
        onClick={onStop}
      >
        <Icon of={Square} size={18} />
        {busy ? tools.stopping : tools.stop}
      </button>
    </>
  );
}
