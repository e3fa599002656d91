import { Captions, CaptionsOff } from 'lucide';
import { useRef, useState } from 'preact/hooks';
import type { OwnRecordingsModel } from '../../state/recordings/recordingModels.ts';
import { Icon } from '../components/Icon.tsx';
import { RetryNote } from '../components/RetryNote.tsx';
import { useRetry } from '../useRetry.ts';
import { useRecordingTexts } from './useRecordingTexts.ts';

interface TranscriptToolsProps {
  model: OwnRecordingsModel;
  recordingId: string;
  /** Whether it has one. */
  has: boolean;
  /** It has another, or none. */
  onChanged: () => void;
}

/** Puts a transcript beside a recording of one's own, and takes it away. */
export function TranscriptTools({ model, recordingId, has, onChanged }: TranscriptToolsProps) {
  const { transcript: texts, failures } = useRecordingTexts();
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const { failed, run, dismiss } = useRetry();
  const act = (work: () => Promise<void>): void => {
    if (busy) return;
    setBusy(true);
    run(() =>
      work()
        .then(onChanged)
        .finally(() => setBusy(false)),
    );
  };
  return (
    <>
      <div class="recording-acts">
        <input
          ref={input}
          type="file"
          accept=".vtt,text/vtt"
          hidden
          data-testid="transcript-file"
          onChange={({ currentTarget }) => {
            const [file] = currentTarget.files ?? [];
            currentTarget.value = '';
            if (file) act(() => model.setTranscript(recordingId, file));
          }}
        />
        <button
          type="button"
          class="button"
          aria-disabled={busy}
          aria-busy={busy}
          title={texts.hint}
          onClick={() => input.current?.click()}
        >
          <Icon of={Captions} size={18} />
          {has ? texts.replace : texts.add}
        </button>
        {has && (
          <button
            type="button"
            class="button"
            aria-disabled={busy}
            onClick={() => act(() => model.removeTranscript(recordingId))}
          >
            <Icon of={CaptionsOff} size={18} />
            {texts.remove}
          </button>
        )}
      </div>
      <RetryNote {...{ failed, dismiss }} texts={{ ...failures, INVALID_PAYLOAD: texts.invalid }} />
    </>
  );
}
