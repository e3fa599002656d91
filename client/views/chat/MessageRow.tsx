import { Check, CheckCheck, Clock3, Eye, Pencil, Reply, SmilePlus, Trash2 } from 'lucide';
import { memo } from 'preact/compat';
import { useState } from 'preact/hooks';
import type { ChatMessage, MessageReaction } from '../../../protocol/chat.ts';
import { REACTIONS } from '../../../protocol/meetings.ts';
import { Avatar } from '../components/Avatar.tsx';
import { Icon } from '../components/Icon.tsx';
import { Menu, type MenuItem } from '../components/Menu.tsx';
import type { PendingChange } from '../../state/chatModels.ts';
import { useTexts } from '../context.ts';
import { timeOf } from './chatTime.ts';
import { MessageText } from './MessageText.tsx';
import { Refused } from './Refused.tsx';

export interface MessageActions {
  reply: (message: ChatMessage) => void;
  edit: (message: ChatMessage) => void;
  remove: (message: ChatMessage) => void;
  react: (message: ChatMessage, reaction: MessageReaction['reaction'], on: boolean) => void;
  showSeen: (message: ChatMessage) => void;
  retryChange: (key: string) => void;
  discardChange: (key: string) => void;
  /** Shows the message that is answered. */
  goTo: (messageId: string) => void;
}

interface MessageRowProps {
  message: ChatMessage;
  own: boolean;
  begins: boolean;
  mayWrite: boolean;
  /** Whether one hosts the meeting, and may delete what listeners wrote. */
  moderates: boolean;
  /** Of those whom it mentions. */
  names: string;
  /** Whether oneself is one of them. */
  mentioned: boolean;
  /** What one has done to it and the server has not confirmed. */
  changes: readonly PendingChange[];
  actions: MessageActions;
}

/** One message; drawn anew only when it has changed. */
export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { message, own, begins, mayWrite, moderates, names, mentioned, changes, actions } = props;
  const texts = useTexts();
  const words = texts.chat;
  const [picking, setPicking] = useState(false);
  const endPicking = ({ currentTarget }: { currentTarget: HTMLElement }): void => {
    // The button that has the focus is about to go.
    currentTarget.closest('article')?.querySelector<HTMLElement>('.message-more')?.focus();
    setPicking(false);
  };
  const deleted = message.deletedAt !== null;
  const name = own ? words.you : message.senderName;
  // A reaction is too small to be waited for before one's eyes.
  const pending = changes.some(({ failure, change }) => failure === null && change.is !== 'react');
  const edited = changes.flatMap(({ change }) => (change.is === 'edit' ? [change.content] : []));
  const classes = [
    ...['message', own && 'own', begins && 'begins', mentioned && 'mentioned'],
    pending && 'outgoing',
  ];
  const items: (MenuItem | false)[] = [
    mayWrite && !deleted && { label: words.reply, icon: Reply, run: () => actions.reply(message) },
    mayWrite && !deleted && { label: words.react, icon: SmilePlus, run: () => setPicking(true) },
    mayWrite &&
      own &&
      !deleted && { label: words.edit, icon: Pencil, run: () => actions.edit(message) },
    own && !deleted && { label: words.seenBy, icon: Eye, run: () => actions.showSeen(message) },
    mayWrite &&
      (own || (moderates && message.fromListener)) &&
      !deleted && {
        label: words.remove,
        icon: Trash2,
        danger: true,
        run: () => actions.remove(message),
      },
  ];
  const offered = items.filter((item) => item !== false);
  return (
    <article
      class={classes.filter(Boolean).join(' ')}
      data-testid="chat-message"
      aria-label={`${name}${message.fromListener ? ` (${words.listener})` : ''}, ${timeOf(texts, message.createdAt)}`}
    >
      {begins && <Avatar name={message.senderName} id={message.senderId} />}
      <div class="message-body">
        {begins && (
          <header class="message-head">
            <strong>{name}</strong>
            {message.fromListener && <span class="message-badge">{words.listener}</span>}
            <time class="muted small" dateTime={message.createdAt}>
              {timeOf(texts, message.createdAt)}
            </time>
          </header>
        )}
        {message.replyTo && !deleted && (
          <button
            type="button"
            class="quote"
            onClick={() => message.replyTo && actions.goTo(message.replyTo.messageId)}
          >
            <strong>{message.replyTo.senderName}</strong>
            <span>{message.replyTo.content === '' ? words.deleted : message.replyTo.content}</span>
          </button>
        )}
        {deleted ? (
          <p class="message-text muted">
            <em>{words.deleted}</em>
          </p>
        ) : (
          <MessageText
            content={edited.at(-1) ?? message.content}
            names={names === '' ? [] : names.split('\n')}
          />
        )}
        {message.reactions.length > 0 && (
          <div class="message-reactions" role="group" aria-label={words.reactions}>
            {message.reactions.map(({ reaction, count, mine, names: by }) => (
              <button
                key={reaction}
                type="button"
                class={mine ? 'message-reaction mine' : 'message-reaction'}
                aria-pressed={mine}
                aria-label={words.reacted(reaction, by, count)}
                title={words.reacted(reaction, by, count)}
                aria-disabled={!mayWrite}
                onClick={() => mayWrite && actions.react(message, reaction, !mine)}
              >
                <span>{reaction}</span> {count}
              </button>
            ))}
          </div>
        )}
        <RefusedChanges changes={changes} actions={actions} />
        {picking && (
          <div class="message-picker" role="group" aria-label={words.react}>
            {REACTIONS.map((reaction, index) => (
              <button
                key={reaction}
                type="button"
                class="reaction-button"
                aria-label={texts.meeting.reactions[reaction]}
                ref={(element) => {
                  if (index === 0 && !element?.parentElement?.contains(document.activeElement))
                    element?.focus();
                }}
                onKeyDown={(event) => event.key === 'Escape' && endPicking(event)}
                onClick={(event) => {
                  endPicking(event);
                  actions.react(message, reaction, true);
                }}
              >
                {reaction}
              </button>
            ))}
          </div>
        )}
      </div>
      <span class="message-side">
        {message.editedAt !== null && !deleted && <span class="muted small">{words.edited}</span>}
        {pending && <Pending label={words.sending} />}
        {own && !deleted && !pending && (
          <Receipt message={message} onShow={() => actions.showSeen(message)} />
        )}
        {offered.length > 0 && (
          <Menu label={words.menuOf(name)} items={offered} class="icon-button message-more" />
        )}
      </span>
    </article>
  );
});

function RefusedChanges({ changes, actions }: Pick<MessageRowProps, 'changes' | 'actions'>) {
  const { app, chat: words } = useTexts();
  return changes.flatMap(({ key, change, failure }) =>
    failure === null
      ? []
      : [
          <Refused
            key={key}
            title={words.notDone[change.is]}
            failure={failure}
            again={app.retry}
            onRetry={() => actions.retryChange(key)}
            onDiscard={() => actions.discardChange(key)}
          />,
        ],
  );
}

function Receipt({ message, onShow }: { message: ChatMessage; onShow: () => void }) {
  const words = useTexts().chat;
  const seen = message.seenCount > 0;
  const label = seen ? words.seen(message.seenCount) : words.sent;
  return (
    <button
      type="button"
      class={seen ? 'receipt seen' : 'receipt'}
      aria-label={label}
      title={label}
      data-testid={seen ? 'receipt-seen' : 'receipt-sent'}
      onClick={onShow}
    >
      <Icon of={seen ? CheckCheck : Check} size={16} />
    </button>
  );
}

export function Pending({ label }: { label: string }) {
  return (
    <span class="receipt" role="img" aria-label={label} title={label}>
      <Icon of={Clock3} size={16} />
    </span>
  );
}
