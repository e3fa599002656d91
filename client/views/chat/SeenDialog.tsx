import { useEffect, useState } from 'preact/hooks';
import type { RoomModel, SeenBy } from '../../state/chatModels.ts';
import type { Failure } from '../../state/models.ts';
import { Avatar } from '../components/Avatar.tsx';
import { Dialog } from '../components/Dialog.tsx';
import { FailureNote } from '../components/FailureNote.tsx';
import { toFailure, useTexts } from '../context.ts';
import { dayOf, timeOf } from './chatTime.ts';

interface SeenDialogProps {
  room: RoomModel;
  messageId: string;
  onClose: () => void;
}

/** Who has seen a message, and when. */
export function SeenDialog({ room, messageId, onClose }: SeenDialogProps) {
  const texts = useTexts();
  const [seen, setSeen] = useState<readonly SeenBy[] | null>(null);
  const [hasMore, setHasMore] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);

  async function load(): Promise<void> {
    try {
      const page = await room.seenBy(messageId, seen?.length ?? 0);
      setSeen([...(seen ?? []), ...page.seen]);
      setHasMore(page.hasMore);
    } catch (error) {
      setFailure(toFailure(error));
    }
  }
  useEffect(() => void load(), []);

  return (
    <Dialog title={texts.chat.seenBy} onClose={onClose}>
      {failure && <FailureNote failure={failure} />}
      {seen?.length === 0 && <p class="muted">{texts.chat.nobodyYet}</p>}
      <ul class="seen-list" data-testid="seen-list">
        {seen?.map(({ userId, name, seenAt }) => (
          <li key={userId}>
            <Avatar name={name} id={userId} />
            <span>{name}</span>
            <time class="muted small" dateTime={seenAt}>
              {dayOf(texts, seenAt)}, {timeOf(texts, seenAt)}
            </time>
          </li>
        ))}
      </ul>
      {hasMore && (
        <button type="button" class="button" onClick={() => void load()}>
          {texts.chat.more}
        </button>
      )}
    </Dialog>
  );
}
