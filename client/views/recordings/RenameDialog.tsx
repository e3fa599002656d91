import { useState } from 'preact/hooks';
import type { RecordingView } from '../../../protocol/recordings.ts';
import { Confirm } from '../components/Dialog.tsx';
import { Field } from '../components/Field.tsx';
import { useRecordingTexts } from './useRecordingTexts.ts';

const MAX_TITLE = 120;

interface RenameDialogProps {
  recording: RecordingView;
  onRename: (title: string) => void;
  onClose: () => void;
}

export function RenameDialog({ recording, onRename, onClose }: RenameDialogProps) {
  const { rename } = useRecordingTexts();
  const [title, setTitle] = useState(recording.title);
  return (
    <Confirm
      title={rename.title}
      hint=""
      action={rename.save}
      danger={false}
      onConfirm={() => {
        if (title.trim() !== '') onRename(title.trim());
      }}
      onClose={onClose}
    >
      <Field
        label={rename.label}
        value={title}
        onInput={setTitle}
        maxLength={MAX_TITLE}
        required
        autofocus
      />
    </Confirm>
  );
}
