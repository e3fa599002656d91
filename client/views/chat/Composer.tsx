import { Pencil, Reply, SendHorizontal, X } from 'lucide';
import { useEffect, useId, useState } from 'preact/hooks';
import { MAX_CONTENT, type ChatMessage, type RoomMember } from '../../../protocol/chat.ts';
import type { RoomModel } from '../../state/chatModels.ts';
import { Icon } from '../components/Icon.tsx';
import { useTexts } from '../context.ts';
import { useGrowingField } from '../useGrowingField.ts';
import { mentionsIn } from './messageParts.ts';

const MOST_SUGGESTED = 5;

interface ComposerProps {
  room: RoomModel;
  people: readonly RoomMember[];
  replyTo: ChatMessage | null;
  editing: ChatMessage | null;
  onSent: () => void;
  /** Neither an answer nor a change any more. */
  onCancel: () => void;
  onEditLast: () => void;
}

/** Where one writes. Enter sends, with Shift it begins a line; arrow up in an empty field changes what one wrote last. */
export function Composer(props: ComposerProps) {
  const { room, people, replyTo, editing, onSent, onCancel, onEditLast } = props;
  const words = useTexts().chat;
  const id = useId();
  const [text, setText] = useState('');
  const field = useGrowingField(text);
  const [chosen, setChosen] = useState(0);
  const asked = /(?:^|\s)@([^\s@]{0,40})$/u.exec(text)?.[1];
  const suggested =
    asked === undefined
      ? []
      : people
          .filter(({ userId, name }) => userId !== room.selfId && startsWith(name, asked))
          .slice(0, MOST_SUGGESTED);

  useEffect(() => {
    if (editing) setText(editing.content);
    if (editing || replyTo) field.current?.focus();
  }, [editing, replyTo]);

  function send(): void {
    const content = text.trim();
    if (content === '') return;
    if (editing) {
      if (content !== editing.content) room.change(editing.id, { is: 'edit', content });
      setText('');
      onCancel();
      return;
    }
    room.send({
      content,
      replyTo: replyTo && {
        messageId: replyTo.id,
        senderName: replyTo.senderName,
        content: replyTo.content,
      },
      mentions: mentionsIn(content, people),
    });
    setText('');
    onSent();
  }

  function mention({ name }: RoomMember): void {
    setText(`${text.slice(0, text.length - (asked?.length ?? 0))}${name} `);
    setChosen(0);
    field.current?.focus();
  }

  function press(event: KeyboardEvent): void {
    // Enter ends a word of an input method first.
    if (event.isComposing) return;
    const pick = suggested[Math.min(chosen, suggested.length - 1)];
    if (pick && (event.key === 'Tab' || (event.key === 'Enter' && asked !== ''))) {
      event.preventDefault();
      mention(pick);
    } else if (pick && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setChosen((chosen + step + suggested.length) % suggested.length);
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === 'ArrowUp' && text === '') {
      event.preventDefault();
      onEditLast();
    } else if (event.key === 'Escape' && (editing || replyTo)) {
      event.preventDefault();
      event.stopPropagation();
      if (editing) setText('');
      onCancel();
    }
  }

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {(replyTo ?? editing) && (
        <div class="composer-context">
          <Icon of={editing ? Pencil : Reply} size={16} />
          <span>{editing ? words.editing : words.replyTo(replyTo?.senderName ?? '')}</span>
          <button
            type="button"
            class="icon-button"
            aria-label={editing ? words.cancelEdit : words.cancelReply}
            onClick={() => {
              if (editing) setText('');
              onCancel();
            }}
          >
            <Icon of={X} size={16} />
          </button>
        </div>
      )}
      {suggested.length > 0 && (
        <div id={`${id}-people`} class="suggestions" role="listbox" aria-label={words.members}>
          {suggested.map((person, index) => (
            <div
              key={person.userId}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === chosen}
              onMouseDown={(event) => {
                event.preventDefault();
                mention(person);
              }}
            >
              {person.name}
            </div>
          ))}
        </div>
      )}
      <div class="composer-line">
        <textarea
          ref={field}
          rows={1}
          maxLength={MAX_CONTENT}
          value={text}
          dir="auto"
          placeholder={words.placeholder}
          aria-label={words.message}
          aria-controls={suggested.length > 0 ? `${id}-people` : undefined}
          aria-activedescendant={suggested.length > 0 ? `${id}-${chosen}` : undefined}
          data-testid="composer"
          onInput={(event) => {
            setText(event.currentTarget.value);
            room.handleInput(event.currentTarget.value.trim() === '');
          }}
          onKeyDown={press}
        />
        <button
          type="submit"
          class="icon-button composer-send"
          aria-label={words.send}
          title={words.send}
          aria-disabled={text.trim() === ''}
        >
          <Icon of={SendHorizontal} />
        </button>
      </div>
    </form>
  );
}

function startsWith(name: string, text: string): boolean {
  const wanted = text.toLocaleLowerCase();
  return name
    .toLocaleLowerCase()
    .split(/\s+/)
    .some((word) => word.startsWith(wanted));
}
