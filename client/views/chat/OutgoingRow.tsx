import type { Outgoing, RoomModel } from '../../state/chatModels.ts';
import { Avatar } from '../components/Avatar.tsx';
import { useTexts } from '../context.ts';
import { Pending } from './MessageRow.tsx';
import { MessageText } from './MessageText.tsx';
import { Refused } from './Refused.tsx';

interface OutgoingRowProps {
  outgoing: Outgoing;
  room: RoomModel;
  begins: boolean;
}

/** What one wrote and the server does not have yet. */
export function OutgoingRow({ outgoing, room, begins }: OutgoingRowProps) {
  const words = useTexts().chat;
  const { clientId, failure, content } = outgoing;
  const classes = ['message own outgoing', begins && 'begins', failure && 'failed'];
  return (
    <article
      class={classes.filter(Boolean).join(' ')}
      data-testid="chat-outgoing"
      aria-label={words.you}
    >
      {begins && <Avatar name={words.you} id={room.selfId} />}
      <div class="message-body">
        {begins && (
          <header class="message-head">
            <strong>{words.you}</strong>
          </header>
        )}
        <MessageText content={content} names={[]} />
        {failure && (
          <Refused
            title={words.notSent}
            failure={failure}
            again={words.retry}
            onRetry={() => room.retry(clientId)}
            onDiscard={() => room.discard(clientId)}
          />
        )}
      </div>
      <span class="message-side">
        {!failure && <Pending label={room.connected.value ? words.sending : words.waiting} />}
      </span>
    </article>
  );
}
