import { Pencil, Play, Share2, Square, Trash2 } from 'lucide';
import { useState } from 'preact/hooks';
import type { RecordingView } from '../../../protocol/recordings.ts';
import type { OwnRecordingsModel } from '../../state/recordings/recordingModels.ts';
import { Confirm } from '../components/Dialog.tsx';
import { Icon } from '../components/Icon.tsx';
import { RetryNote } from '../components/RetryNote.tsx';
import { useTexts } from '../context.ts';
import { useRetry } from '../useRetry.ts';
import { lengthText, sizeText } from './figures.ts';
import { PlayDialog } from './PlayDialog.tsx';
import { RenameDialog } from './RenameDialog.tsx';
import { ShareDialog } from './ShareDialog.tsx';
import { useRecordingTexts } from './useRecordingTexts.ts';

interface RecordingCardProps {
  model: OwnRecordingsModel;
  recording: RecordingView;
}

/** One recording: what it is, and everything that its owner can do with it. */
export function RecordingCard({ model, recording }: RecordingCardProps) {
  const { page, remove, tools, stateHints, failures } = useRecordingTexts();
  const [asking, setAsking] = useState<'play' | 'share' | 'rename' | 'remove' | null>(null);
  const { failed, run, dismiss } = useRetry();
  const { id, title, state, error } = recording;
  const goesOn = state === 'starting' || state === 'recording';
  const close = (): void => setAsking(null);
  return (
    <li class="card recording" data-testid={`recording-${id}`}>
      <header class="recording-head">
        <h2 dir="auto">{title}</h2>
        <RecordingState recording={recording} />
      </header>
      <Facts recording={recording} />
      {stateHints[state] !== null && <p class="muted small">{stateHints[state]}</p>}
      {error !== null && <p class="small">{error}</p>}
      <RetryNote {...{ failed, dismiss }} texts={failures} />
      <div class="recording-acts">
        {goesOn && (
          <Act of={Square} label={tools.stop} title={title} act={() => run(() => model.stop(id))} />
        )}
        {state === 'ready' && (
          <>
            <button
              type="button"
              class="button primary"
              aria-label={page.ofName(page.play, title)}
              onClick={() => setAsking('play')}
            >
              <Icon of={Play} size={18} />
              {page.play}
            </button>
            <Act of={Share2} label={page.share} title={title} act={() => setAsking('share')} />
          </>
        )}
        <Act of={Pencil} label={page.rename} title={title} act={() => setAsking('rename')} />
        <Act of={Trash2} label={page.remove} title={title} act={() => setAsking('remove')} />
      </div>
      {asking === 'play' && <PlayDialog {...{ model, recording }} onClose={close} />}
      {asking === 'share' && <ShareDialog {...{ model, recording }} onClose={close} />}
      {asking === 'rename' && (
        <RenameDialog
          recording={recording}
          onRename={(next) => run(() => model.rename(id, next))}
          onClose={close}
        />
      )}
      {asking === 'remove' && (
        <Confirm
          title={remove.title}
          hint={goesOn ? remove.goingOnHint : remove.hint}
          action={remove.action}
          onConfirm={() => run(() => model.remove(id))}
          onClose={close}
        />
      )}
    </li>
  );
}

interface ActProps {
  of: Parameters<typeof Icon>[0]['of'];
  label: string;
  title: string;
  act: () => void;
}

function Act({ of, label, title, act }: ActProps) {
  const { page } = useRecordingTexts();
  return (
    <button type="button" class="button" aria-label={page.ofName(label, title)} onClick={act}>
      <Icon of={of} size={18} />
      {label}
    </button>
  );
}

function RecordingState({ recording: { state } }: { recording: RecordingView }) {
  const { states } = useRecordingTexts();
  return (
    <span
      class={state === 'recording' ? 'recording-state on' : 'recording-state'}
      role="status"
      data-testid="recording-state"
      data-state={state}
    >
      <span class="recording-dot" />
      {states[state]}
    </span>
  );
}

function Facts({ recording }: { recording: RecordingView }) {
  const { locale } = useTexts();
  const { page } = useRecordingTexts();
  const { startedAt, durationMs, bytes, expiresAt } = recording;
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
  const facts = [
    moment.format(new Date(startedAt)),
    ...(durationMs === null ? [] : [lengthText(durationMs)]),
    ...(bytes === 0 ? [] : [sizeText(bytes, locale)]),
    ...(expiresAt === null ? [] : [page.expires(day.format(new Date(expiresAt)))]),
  ];
  return <p class="muted small">{facts.join(' · ')}</p>;
}
