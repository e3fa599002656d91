import { useState } from 'preact/hooks';
import type { OwnLiveRoomView } from '../../../protocol/live.ts';
import type { OwnRoomsModel } from '../../state/live/liveModels.ts';
import type { Failure } from '../../state/models.ts';
import { Dialog } from '../components/Dialog.tsx';
import { FailureNote } from '../components/FailureNote.tsx';
import { Field } from '../components/Field.tsx';
import { toFailure, useTexts } from '../context.ts';
import { isPin, suggestPin } from './suggestions.ts';
import { useLiveTexts } from './useLiveTexts.ts';

interface PinDialogProps {
  rooms: OwnRoomsModel;
  room: OwnLiveRoomView;
  onClose: () => void;
}

/** Another PIN, and what that means for those who listen. */
export function PinDialog({ rooms, room, onClose }: PinDialogProps) {
  const { app } = useTexts();
  const { own } = useLiveTexts();
  const [pin, setPin] = useState(suggestPin);
  const [checked, setChecked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);

  async function save(): Promise<void> {
    setChecked(true);
    if (!isPin(pin)) return;
    setBusy(true);
    setFailure(null);
    try {
      await rooms.changePin(room.roomId, pin);
      onClose();
    } catch (error) {
      setFailure(toFailure(error));
      setBusy(false);
    }
  }

  return (
    <Dialog title={own.changePin} onClose={onClose}>
      <form
        class="dialog-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void save();
        }}
      >
        <p class="muted">{own.changePinHint}</p>
        <Field
          label={own.newPin}
          value={pin}
          maxLength={64}
          autocomplete="off"
          testId="live-changed-pin"
          hint={own.pinHint}
          error={checked && !isPin(pin) ? own.pinWrong : undefined}
          onInput={setPin}
        />
        {failure && <FailureNote failure={failure} texts={own.failures} />}
        <footer class="actions">
          <button type="button" class="button" onClick={() => setPin(suggestPin())}>
            {own.suggest}
          </button>
          <button type="submit" class="button primary" aria-busy={busy} aria-disabled={busy}>
            {app.save}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
