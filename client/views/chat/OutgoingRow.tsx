import type { Outgoing, RoomModel } from '../../state/chatModels.ts';
import { Avatar } from '../components/Avatar.tsx';
import { failureText, useTexts } from '../context.ts';
import { Pending } from './MessageRow.tsx';
import { MessageText } from './MessageText.tsx';

interface OutgoingRowProps {
  outgoing: Outgoing;
  room: RoomModel;
  begins: boolean;
}

/** What one wrote and the server does not have yet. */
export function OutgoingRow({ outgoing, room, begins }: OutgoingRowProps) {
  const texts = useTexts();
  const words = texts.chat;
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
          <div class="message-failure" role="alert">
            <span>
              {words.notSent}:{' '}
              {failure.code === 'FORBIDDEN' ? words.mayNotWrite : failureText(texts, failure)[0]}
            </span>
            <button type="button" class="link-button" onClick={() => room.retry(clientId)}>
              {words.retry}
            </button>
            <button type="button" class="link-button" onClick={() => room.discard(clientId)}>
              {words.discard}
            </button>
          </div>
        )}
      </div>
      <span class="message-side">
        {!failure && <Pending label={room.connected.value ? words.sending : words.waiting} />}
      </span>
    </article>
  );
}
