import { useEffect, useState } from 'preact/hooks';
import type { RecordingView } from '../../../protocol/recordings.ts';
import type { Failure } from '../../state/models.ts';
import type {
  OpenedRecording,
  OwnRecordingsModel,
} from '../../state/recordings/recordingModels.ts';
import { Dialog } from '../components/Dialog.tsx';
import { toFailure, useTexts } from '../context.ts';
import { RecordingFailure } from './RecordingFailure.tsx';
import { RecordingFiles } from './RecordingFiles.tsx';

interface PlayDialogProps {
  model: OwnRecordingsModel;
  recording: RecordingView;
  onClose: () => void;
}

export function PlayDialog({ model, recording, onClose }: PlayDialogProps) {
  const { app } = useTexts();
  const [opened, setOpened] = useState<OpenedRecording | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const open = (): void => {
    setFailure(null);
    model.open(recording.id).then(setOpened, (error: unknown) => setFailure(toFailure(error)));
  };
  useEffect(open, []);
  return (
    <Dialog title={recording.title} onClose={onClose} wide>
      {opened && <RecordingFiles opened={opened} />}
      {failure && (
        <RecordingFailure failure={failure}>
          <button type="button" class="button small" onClick={open}>
            {app.retry}
          </button>
        </RecordingFailure>
      )}
      {!opened && !failure && (
        <p class="muted" role="status">
          {app.loading}
        </p>
      )}
    </Dialog>
  );
}
