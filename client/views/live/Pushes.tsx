import { Trash2 } from 'lucide';
import { useMemo, useState } from 'preact/hooks';
import { pushUrl, type PushView } from '../../../protocol/live.ts';
import type { OwnRoomsModel } from '../../state/live/liveModels.ts';
import type { Failure } from '../../state/models.ts';
import { FailureNote } from '../components/FailureNote.tsx';
import { Field } from '../components/Field.tsx';
import { Icon } from '../components/Icon.tsx';
import { toFailure, useTexts } from '../context.ts';
import { usePolling } from '../usePolling.ts';
import { useLiveTexts } from './useLiveTexts.ts';

const LOOK_EVERY_MS = 3_000;

interface PushesProps {
  rooms: OwnRoomsModel;
  roomId: string;
}

/** Where else a room is sent: asked for only while somebody looks. */
export function Pushes(props: PushesProps) {
  const { own } = useLiveTexts();
  const [open, setOpen] = useState(false);
  return (
    <details
      class="disclosure"
      data-testid="live-pushes"
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>{own.pushes}</summary>
      {open && <Disclosed {...props} />}
    </details>
  );
}

function Disclosed({ rooms, roomId }: PushesProps) {
  const { app } = useTexts();
  const { own } = useLiveTexts();
  const model = useMemo(() => rooms.createHealth(roomId), [rooms, roomId]);
  const [failure, setFailure] = useState<Failure | null>(null);
  usePolling(model.refresh, LOOK_EVERY_MS);
  const told = model.health.value;
  const unknown = told ? null : model.failure.value;

  async function act(work: Promise<void>): Promise<boolean> {
    setFailure(null);
    try {
      await work;
      await model.refresh();
      return true;
    } catch (error) {
      setFailure(toFailure(error));
      return false;
    }
  }

  return (
    <div class="disclosed" aria-busy={!told && !unknown}>
      <p class="muted small">{own.pushesHint}</p>
      {!told && !unknown && <p class="muted small">{app.loading}</p>}
      {unknown && <FailureNote failure={unknown} />}
      {told?.pushes.length === 0 && <p class="muted small">{own.noPushes}</p>}
      {told && told.pushes.length > 0 && (
        <ul class="live-pushes">
          {told.pushes.map((push) => (
            <Push
              key={push.id}
              push={push}
              onRemove={() => void act(rooms.removePush(roomId, push.id))}
            />
          ))}
        </ul>
      )}
      {failure && (
        <FailureNote
          failure={failure}
          text={failure.code === 'CONFLICT' ? own.pushesFull : undefined}
        />
      )}
      <AddPush onAdd={(url) => act(rooms.addPush(roomId, url))} />
    </div>
  );
}

function Push({ push, onRemove }: { push: PushView; onRemove: () => void }) {
  const { own } = useLiveTexts();
  const { address, state, reason } = push;
  return (
    <li data-state={state}>
      <span class="live-push-text">
        <code>{address}</code>
        <span class="muted small">
          {own.pushStates[state]}
          {reason !== null && ` · ${reason}`}
        </span>
      </span>
      <button
        type="button"
        class="icon-button"
        aria-label={own.ofName(own.pushRemove, address)}
        title={own.pushRemove}
        onClick={onRemove}
      >
        <Icon of={Trash2} size={18} />
      </button>
    </li>
  );
}

/** @param onAdd answers whether it has been added */
function AddPush({ onAdd }: { onAdd: (url: string) => Promise<boolean> }) {
  const { own } = useLiveTexts();
  const [url, setUrl] = useState('');
  const [checked, setChecked] = useState(false);
  const [busy, setBusy] = useState(false);
  const isGood = pushUrl.safeParse(url.trim()).success;

  async function add(): Promise<void> {
    setChecked(true);
    if (!isGood) return;
    setBusy(true);
    const added = await onAdd(url.trim());
    setBusy(false);
    if (!added) return;
    setUrl('');
    setChecked(false);
  }

  return (
    <form
      class="live-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void add();
      }}
    >
      <Field
        label={own.pushUrl}
        value={url}
        maxLength={1_000}
        autocomplete="off"
        placeholder="rtmps://"
        testId="live-push-url"
        hint={own.pushUrlHint}
        error={checked && !isGood ? own.pushUrlWrong : undefined}
        onInput={setUrl}
      />
      <button type="submit" class="button" aria-busy={busy} aria-disabled={busy}>
        {own.pushAdd}
      </button>
    </form>
  );
}
