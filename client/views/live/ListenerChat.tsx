import { ChevronDown, ChevronUp, Lock, MessageSquare } from 'lucide';
import { useEffect, useId, useState } from 'preact/hooks';
import '../../styles/chat.css';
import '../../styles/liveChat.css';
import type { ListenerChatModel } from '../../state/live/chatModels.ts';
import { Icon } from '../components/Icon.tsx';
import { ChatComposer } from './ChatComposer.tsx';
import { ChatLog } from './ChatLog.tsx';
import { useLiveTexts } from './useLiveTexts.ts';

interface ListenerChatProps {
  chat: ListenerChatModel;
  /** Whether there is room for it. */
  isOpen: boolean;
  onToggle: () => void;
}

/** The chat of a room on air, beside the broadcast or below it; put away, it says how much is new. */
export function ListenerChat({ chat, isOpen, onToggle }: ListenerChatProps) {
  const words = useLiveTexts().chat;
  const id = useId();
  const state = chat.state.value;
  const unseen = chat.unseen.value;
  useEffect(() => {
    if (!isOpen) chat.setShown(false);
  }, [isOpen, chat]);
  if (state === 'off') return null;
  return (
    <section class="live-chat" aria-label={words.title} data-testid="live-chat" data-state={state}>
      <header class="live-chat-head">
        <h2>{words.title}</h2>
        {!isOpen && unseen > 0 && (
          <span class="section-badge" data-testid="live-chat-unseen">
            <span aria-hidden="true">{unseen}</span>
            <span class="visually-hidden">{words.unseen(unseen)}</span>
          </span>
        )}
        <button
          type="button"
          class="icon-button"
          aria-expanded={isOpen}
          aria-controls={id}
          aria-label={isOpen ? words.hide : words.show}
          title={isOpen ? words.hide : words.show}
          onClick={onToggle}
        >
          <Icon of={isOpen ? ChevronDown : ChevronUp} />
        </button>
      </header>
      <div id={id} class="live-chat-body" hidden={!isOpen}>
        {isOpen &&
          (state === 'closed' ? <Closed /> : <Opened chat={chat} mayWrite={state === 'write'} />)}
      </div>
      <ReadOut chat={chat} />
    </section>
  );
}

function Opened({ chat, mayWrite }: { chat: ListenerChatModel; mayWrite: boolean }) {
  const words = useLiveTexts().chat;
  return (
    <>
      {chat.failure.value && (
        <p class="chat-offline" role="status">
          {words.away}
        </p>
      )}
      <ChatLog chat={chat} mayWrite={mayWrite} />
      {mayWrite ? (
        <ChatComposer chat={chat} />
      ) : (
        <p class="live-chat-note muted small">
          <Icon of={MessageSquare} size={16} />
          {words.readOnly}
        </p>
      )}
    </>
  );
}

function Closed() {
  const words = useLiveTexts().chat;
  return (
    <div class="live-chat-closed" role="status">
      <Icon of={Lock} size={24} />
      <strong>{words.closed}</strong>
      <span class="muted small">{words.closedHint}</span>
    </div>
  );
}

/** What comes in so short a time is read out together. */
const READ_OUT_MS = 1_000;
/** More than so many at once are counted only. */
const MOST_READ_OUT = 3;

/** Says what others write. */
function ReadOut({ chat }: { chat: ListenerChatModel }) {
  const words = useLiveTexts().chat;
  const [said, setSaid] = useState<{ upTo: number | null; text: string }>({ upTo: null, text: '' });
  const messages = chat.messages.value;
  useEffect(() => {
    if (messages === null) return;
    const last = messages.at(-1)?.seq ?? 0;
    const { upTo } = said;
    // What was there already is read by whoever wants to.
    if (upTo === null || last <= upTo) {
      if (upTo === null) setSaid({ upTo: last, text: '' });
      return;
    }
    const timer = setTimeout(() => {
      const fresh = messages.filter(({ seq, id }) => seq > upTo && !chat.ownIds.peek().has(id));
      const text =
        fresh.length > MOST_READ_OUT
          ? words.many(fresh.length)
          : fresh.map(({ name, content }) => words.wrote(name, content)).join('. ');
      setSaid({ upTo: last, text });
    }, READ_OUT_MS);
    return () => clearTimeout(timer);
  }, [messages, said]);
  return (
    <p class="visually-hidden" role="status">
      {said.text}
    </p>
  );
}
