import { SendHorizontal } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import { MAX_CONTENT } from '../../../protocol/chat.ts';
import { MAX_LISTENER_NAME } from '../../../protocol/liveChat.ts';
import type { ListenerChatModel } from '../../state/live/chatModels.ts';
import { Field } from '../components/Field.tsx';
import { Icon } from '../components/Icon.tsx';
import { useApp } from '../context.ts';
import { useGrowingField } from '../useGrowingField.ts';
import { useLiveTexts } from './useLiveTexts.ts';

/** Where a listener writes, once they have said what they are called. */
export function ChatComposer({ chat }: { chat: ListenerChatModel }) {
  const [renaming, setRenaming] = useState(false);
  /** Whoever has just said it goes on to write. */
  const [hasNamed, setHasNamed] = useState(false);
  if (chat.name.value === '' || renaming) {
    return (
      <NameForm
        chat={chat}
        wasAsked={renaming}
        onDone={() => {
          setRenaming(false);
          setHasNamed(true);
        }}
      />
    );
  }
  return <Writing chat={chat} focused={hasNamed} onRename={() => setRenaming(true)} />;
}

interface NameFormProps {
  chat: ListenerChatModel;
  wasAsked: boolean;
  onDone: () => void;
}

function NameForm({ chat, wasAsked, onDone }: NameFormProps) {
  const words = useLiveTexts().chat;
  const { session } = useApp();
  const known = chat.name.value || (session.user.value?.name ?? '');
  const [name, setName] = useState(known.slice(0, MAX_LISTENER_NAME));
  const [checked, setChecked] = useState(false);
  const isMissing = name.trim() === '';
  return (
    <form
      class="live-name"
      noValidate
      data-testid="live-name-form"
      onSubmit={(event) => {
        event.preventDefault();
        setChecked(true);
        if (isMissing) return;
        chat.setName(name);
        onDone();
      }}
    >
      <Field
        label={words.name}
        value={name}
        maxLength={MAX_LISTENER_NAME}
        autocomplete="name"
        autofocus={wasAsked}
        testId="live-name-field"
        hint={words.nameHint}
        error={checked && isMissing ? words.nameWrong : undefined}
        onInput={setName}
      />
      <button type="submit" class="button primary">
        {words.join}
      </button>
    </form>
  );
}

interface WritingProps {
  chat: ListenerChatModel;
  focused: boolean;
  onRename: () => void;
}

/** Enter sends, with Shift it begins a line. */
function Writing({ chat, focused, onRename }: WritingProps) {
  const words = useLiveTexts().chat;
  const [text, setText] = useState('');
  const field = useGrowingField(text);
  const isEmpty = text.trim() === '';

  useEffect(() => {
    if (focused) field.current?.focus();
  }, []);

  function send(): void {
    if (isEmpty) return;
    chat.send(text.trim());
    setText('');
    field.current?.focus();
  }

  return (
    <form
      class="composer live-composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="composer-line">
        <textarea
          ref={field}
          rows={1}
          maxLength={MAX_CONTENT}
          value={text}
          dir="auto"
          enterkeyhint="send"
          placeholder={words.placeholder}
          aria-label={words.message}
          data-testid="live-composer"
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            // Enter ends a word of an input method first.
            if (event.isComposing || event.key !== 'Enter' || event.shiftKey) return;
            event.preventDefault();
            send();
          }}
        />
        <button
          type="submit"
          class="icon-button composer-send"
          aria-label={words.send}
          title={words.send}
          aria-disabled={isEmpty}
        >
          <Icon of={SendHorizontal} />
        </button>
      </div>
      <p class="live-as muted small">
        <span dir="auto">{words.as(chat.name.value)}</span>
        <button type="button" class="link-button" onClick={onRename}>
          {words.rename}
        </button>
      </p>
    </form>
  );
}
