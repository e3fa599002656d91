import { useState } from 'preact/hooks';
import type { OwnRoomsModel } from '../../state/live/liveModels.ts';
import type { Failure } from '../../state/models.ts';
import { FailureNote } from '../components/FailureNote.tsx';
import { Field } from '../components/Field.tsx';
import { toFailure } from '../context.ts';
import { isPin, isRoomName, nameFrom, nextName, suggestPin } from './suggestions.ts';
import { useLiveTexts } from './useLiveTexts.ts';

interface RoomFormProps {
  rooms: OwnRoomsModel;
  /** The meeting that it is for; null: one is made with it. */
  meeting: { id: string; title: string } | null;
  onCreated?: () => void;
}

/** A new live room: everything is suggested, and may be changed. */
export function RoomForm({ rooms, meeting, onCreated }: RoomFormProps) {
  const { own } = useLiveTexts();
  const [title, setTitle] = useState(meeting?.title ?? '');
  /** Null: as the title suggests. */
  const [ownName, setOwnName] = useState<string | null>(null);
  const [pin, setPin] = useState(suggestPin);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [checked, setChecked] = useState(false);
  const roomId = ownName ?? nameFrom(title);
  const isTaken = failure?.code === 'CONFLICT';
  const nameError = isTaken ? own.nameTaken : isRoomName(roomId) ? undefined : own.nameWrong;

  async function create(): Promise<void> {
    setChecked(true);
    if (!isRoomName(roomId) || !isPin(pin)) return;
    setBusy(true);
    setFailure(null);
    try {
      const named = title.trim() === '' ? {} : { title: title.trim() };
      const of = meeting ? { meeting: meeting.id } : {};
      await rooms.create({ roomId, pin, ...named, ...of });
      onCreated?.();
    } catch (error) {
      const refused = toFailure(error);
      setFailure(refused);
      if (refused.code === 'CONFLICT') {
        setOwnName(nextName(roomId));
        // It may be that the meeting has got one meanwhile.
        void rooms.refresh();
      }
    } finally {
      setBusy(false);
    }
  }

  return (
    <form
      class="live-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void create();
      }}
    >
      {!meeting && (
        <Field label={own.roomTitle} value={title} maxLength={120} autofocus onInput={setTitle} />
      )}
      <Field
        label={own.name}
        value={roomId}
        maxLength={64}
        autocomplete="off"
        testId="live-name"
        hint={own.nameHint}
        error={checked || isTaken ? nameError : undefined}
        onInput={(value) => {
          setFailure(null);
          setOwnName(value.trim());
        }}
      />
      <Field
        label={own.pin}
        value={pin}
        maxLength={64}
        autocomplete="off"
        testId="live-new-pin"
        hint={own.pinHint}
        error={checked && !isPin(pin) ? own.pinWrong : undefined}
        onInput={setPin}
      />
      {failure && !isTaken && <FailureNote failure={failure} texts={own.failures} />}
      <button
        type="submit"
        class="button primary"
        aria-busy={busy}
        aria-disabled={busy}
        data-testid="live-create"
      >
        {meeting ? own.createLink : own.create}
      </button>
    </form>
  );
}
