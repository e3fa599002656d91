import { ArrowDown } from 'lucide';
import { memo } from 'preact/compat';
import type { ListenerMessage } from '../../../protocol/liveChat.ts';
import type { ListenerChatModel, OutgoingWords } from '../../state/live/chatModels.ts';
import { MessageText } from '../chat/MessageText.tsx';
import { timeOf } from '../chat/chatTime.ts';
import { Icon } from '../components/Icon.tsx';
import { failureText, useTexts } from '../context.ts';
import { useLiveTexts } from './useLiveTexts.ts';
import { useStickToEnd } from './useStickToEnd.ts';

/** What was written, the newest at the end, and what of one's own is on its way. */
export function ChatLog({ chat, mayWrite }: { chat: ListenerChatModel; mayWrite: boolean }) {
  const { app } = useTexts();
  const words = useLiveTexts().chat;
  const messages = chat.messages.value;
  const outgoing = chat.outgoing.value;
  const own = chat.ownIds.value;
  const unseen = chat.unseen.value;
  const { list, content, isAtEnd, toEnd } = useStickToEnd(outgoing.length, (end) => {
    chat.setShown(end);
  });
  return (
    <div class="live-log-area">
      <div
        ref={list}
        class="live-log"
        role="log"
        aria-live="off"
        aria-label={words.title}
        tabIndex={0}
        data-testid="live-log"
      >
        <ol ref={content} class="live-log-rows">
          {messages === null && (
            <li class="live-log-empty" role="status">
              <span class="spinner" />
              {app.loading}
            </li>
          )}
          {messages?.length === 0 && outgoing.length === 0 && (
            <li class="live-log-empty muted">{mayWrite ? words.empty : words.emptyReading}</li>
          )}
          {messages?.map((message) => (
            <Row key={message.id} message={message} own={own.has(message.id)} />
          ))}
          {outgoing.map((one) => (
            <OutgoingRow key={one.clientId} chat={chat} outgoing={one} />
          ))}
        </ol>
      </div>
      {!isAtEnd && (
        <button type="button" class="button small to-newest" onClick={toEnd}>
          <Icon of={ArrowDown} size={16} />
          {unseen > 0 ? words.unseen(unseen) : words.toNewest}
        </button>
      )}
    </div>
  );
}

/** Drawn anew only when it has changed. */
const Row = memo(function Row({ message, own }: { message: ListenerMessage; own: boolean }) {
  const texts = useTexts();
  const words = useLiveTexts().chat;
  const { name, content, fromListener, createdAt, replyTo, edited } = message;
  return (
    <li class={own ? 'live-line own' : 'live-line'} data-testid="live-message">
      <p class="live-line-head">
        <strong dir="auto">{own ? words.you : name}</strong>
        {!fromListener && <span class="live-stage-badge">{words.stage}</span>}
        <time class="muted small" dateTime={createdAt}>
          {timeOf(texts, createdAt)}
        </time>
        {edited && <span class="muted small">{words.edited}</span>}
      </p>
      {replyTo && (
        <p class="live-quote small" dir="auto">
          <strong>{replyTo.name}</strong> {replyTo.content}
        </p>
      )}
      <MessageText content={content} names={[]} />
    </li>
  );
});

function OutgoingRow({ chat, outgoing }: { chat: ListenerChatModel; outgoing: OutgoingWords }) {
  const texts = useTexts();
  const words = useLiveTexts().chat;
  const { clientId, content, failure } = outgoing;
  return (
    <li class={failure ? 'live-line own' : 'live-line own going'} data-testid="live-outgoing">
      <p class="live-line-head">
        <strong>{words.you}</strong>
        {!failure && <span class="muted small">{words.sending}</span>}
      </p>
      <MessageText content={content} names={[]} />
      {failure && (
        <div class="message-failure" role="alert">
          <span>
            {words.notSent}:{' '}
            {failure.code === 'FORBIDDEN' ? words.readOnly : failureText(texts, failure)[0]}
          </span>
          <button type="button" class="link-button" onClick={() => chat.retry(clientId)}>
            {words.again}
          </button>
          <button type="button" class="link-button" onClick={() => chat.discard(clientId)}>
            {words.discard}
          </button>
        </div>
      )}
    </li>
  );
}
