import { useState } from 'preact/hooks';
import type { ChatRoom, RoomMember } from '../../../protocol/chat.ts';
import type { ChatModel } from '../../state/chatModels.ts';
import type { Failure } from '../../state/models.ts';
import { Avatar } from '../components/Avatar.tsx';
import { Dialog } from '../components/Dialog.tsx';
import { FailureNote } from '../components/FailureNote.tsx';
import { Field } from '../components/Field.tsx';
import { toFailure, useTexts } from '../context.ts';
import { PeoplePicker } from './PeoplePicker.tsx';

interface GroupProps {
  chat: ChatModel;
  room: ChatRoom;
  onClose: () => void;
}

/** Gives a group another name. */
export function RenameDialog({ chat, room, onClose }: GroupProps) {
  const { chat: words, app } = useTexts();
  const [title, setTitle] = useState(room.title ?? '');
  const [failure, setFailure] = useState<Failure | null>(null);
  return (
    <Dialog title={words.groupTitle} onClose={onClose}>
      <form
        class="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (title.trim() === '') return;
          chat.rename(room.id, title.trim()).then(onClose, (error: unknown) => {
            setFailure(toFailure(error));
          });
        }}
      >
        <Field
          label={words.groupTitle}
          value={title}
          onInput={setTitle}
          maxLength={120}
          required
          autofocus
        />
        {failure && <FailureNote failure={failure} />}
        <footer class="actions">
          <button type="button" class="button" onClick={onClose}>
            {app.cancel}
          </button>
          <button type="submit" class="button primary">
            {app.save}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

/** Who is in a group; its owner puts others out, everybody asks others in. */
export function MembersDialog({ chat, room, onClose }: GroupProps) {
  const words = useTexts().chat;
  const [chosen, setChosen] = useState<readonly RoomMember[]>([]);
  const [failure, setFailure] = useState<Failure | null>(null);
  const run = (work: Promise<unknown>): void => {
    setFailure(null);
    work.catch((error: unknown) => setFailure(toFailure(error)));
  };
  return (
    <Dialog title={words.memberCount(room.memberCount)} onClose={onClose}>
      <ul class="seen-list">
        {room.members.map(({ userId, name }) => (
          <li key={userId}>
            <Avatar name={name} id={userId} />
            <span>{name}</span>
            {room.ownerId === chat.selfId && userId !== chat.selfId && (
              <button
                type="button"
                class="button small"
                onClick={() => run(chat.removeMember(room.id, userId))}
              >
                {words.putOut}
              </button>
            )}
          </li>
        ))}
      </ul>
      <PeoplePicker
        chat={chat}
        without={room.members.map(({ userId }) => userId)}
        chosen={chosen}
        onChange={setChosen}
      />
      {failure && <FailureNote failure={failure} />}
      <footer class="actions">
        <button
          type="button"
          class="button primary"
          aria-disabled={chosen.length === 0}
          onClick={() => {
            if (chosen.length === 0) return;
            const ids = chosen.map(({ userId }) => userId);
            run(chat.addMembers(room.id, ids).then(() => setChosen([])));
          }}
        >
          {words.addPeople}
        </button>
      </footer>
    </Dialog>
  );
}
