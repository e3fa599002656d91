import { useEffect, useState } from 'preact/hooks';
import type { RecordingView } from '../../../protocol/recordings.ts';
import type { Failure } from '../../state/models.ts';
import type {
  OpenedRecording,
  OwnRecordingsModel,
} from '../../state/recordings/recordingModels.ts';
import { Dialog } from '../components/Dialog.tsx';
import { FailureNote } from '../components/FailureNote.tsx';
import { toFailure, useTexts } from '../context.ts';
import { RecordingFiles } from './RecordingFiles.tsx';
import { TranscriptTools } from './TranscriptTools.tsx';
import { useRecordingTexts } from './useRecordingTexts.ts';

interface PlayDialogProps {
  model: OwnRecordingsModel;
  recording: RecordingView;
  onClose: () => void;
}

export function PlayDialog({ model, recording, onClose }: PlayDialogProps) {
  const { app } = useTexts();
  const { failures } = useRecordingTexts();
  const [opened, setOpened] = useState<OpenedRecording | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const open = (): void => {
    setFailure(null);
    model.open(recording.id).then(setOpened, (error: unknown) => setFailure(toFailure(error)));
  };
  useEffect(open, []);
  return (
    <Dialog title={recording.title} onClose={onClose} wide>
      {opened && (
        <>
          <RecordingFiles opened={opened} heading="h3" />
          <TranscriptTools
            {...{ model, recordingId: recording.id, onChanged: open }}
            has={opened.files.some(({ kind }) => kind === 'transcript')}
          />
        </>
      )}
      {failure && (
        <FailureNote failure={failure} texts={failures}>
          <button type="button" class="button small" onClick={open}>
            {app.retry}
          </button>
        </FailureNote>
      )}
      {!opened && !failure && (
        <p class="muted" role="status">
          {app.loading}
        </p>
      )}
    </Dialog>
  );
}
