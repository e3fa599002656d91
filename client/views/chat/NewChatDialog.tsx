import { useState } from 'preact/hooks';
import type { RoomMember } from '../../../protocol/chat.ts';
import type { ChatModel } from '../../state/chatModels.ts';
import type { Failure } from '../../state/models.ts';
import { Dialog } from '../components/Dialog.tsx';
import { FailureNote } from '../components/FailureNote.tsx';
import { Field } from '../components/Field.tsx';
import { toFailure, useTexts } from '../context.ts';
import { navigate } from '../router.ts';
import { PeoplePicker } from './PeoplePicker.tsx';

/** Begins a chat with one person or a group with several. */
export function NewChatDialog({ chat, onClose }: { chat: ChatModel; onClose: () => void }) {
  const { chat: words, app } = useTexts();
  const [chosen, setChosen] = useState<readonly RoomMember[]>([]);
  const [title, setTitle] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);

  async function start(): Promise<void> {
    if (chosen.length === 0 || busy) return;
    setBusy(true);
    try {
      const ids = chosen.map(({ userId }) => userId);
      const name = title.trim();
      const room = await chat.create(ids, ids.length > 1 && name !== '' ? name : null);
      onClose();
      navigate(`/chat/${room.id}`);
    } catch (error) {
      setFailure(toFailure(error));
      setBusy(false);
    }
  }

  return (
    <Dialog title={words.newChat} onClose={onClose}>
      <form
        class="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <PeoplePicker chat={chat} without={[]} chosen={chosen} onChange={setChosen} />
        {chosen.length > 1 && (
          <Field
            label={words.groupTitle}
            hint={words.groupTitleHint}
            value={title}
            onInput={setTitle}
            maxLength={120}
          />
        )}
        {failure && <FailureNote failure={failure} />}
        <footer class="actions">
          <button type="button" class="button" onClick={onClose}>
            {app.cancel}
          </button>
          <button
            type="submit"
            class="button primary"
            aria-disabled={chosen.length === 0}
            aria-busy={busy}
          >
            {words.start}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
