import { ChevronDown, ChevronUp, Download } from 'lucide';
import type { RefObject } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { RecordingChat as Chat } from '../../../protocol/recordings.ts';
import { currentMessage } from '../../state/recordings/currentMessage.ts';
import type { OpenedRecording } from '../../state/recordings/recordingModels.ts';
import { FailureNote } from '../components/FailureNote.tsx';
import { Icon } from '../components/Icon.tsx';
import { toFailure, useApp, useTexts } from '../context.ts';
import type { Failure } from '../../state/models.ts';
import { lengthText } from './figures.ts';
import { useRecordingTexts } from './useRecordingTexts.ts';

type Message = Chat['messages'][number];

/** Seeking lands a little before what was asked for: the message is the current one all the same. */
const SLACK_MS = 250;
/** What a reader does to the list. */
const BY_HAND = ['wheel', 'touchmove', 'keydown'] as const;

interface RecordingChatProps {
  opened: OpenedRecording;
  chat: NonNullable<OpenedRecording['chat']>;
  video: RefObject<HTMLVideoElement | null>;
  /** That comes next in the outline of the page. */
  heading: 'h2' | 'h3';
}

/** What was written while the meeting was recorded: it goes along with the player, and the player with it. */
export function RecordingChat({ opened, chat, video, heading: Heading }: RecordingChatProps) {
  const app = useApp();
  const { app: words } = useTexts();
  const { chat: texts, failures } = useRecordingTexts();
  const listId = useId();
  const [open, setOpen] = useState(true);
  const [messages, setMessages] = useState<readonly Message[] | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const load = (): void => {
    setFailure(null);
    app
      .recordingChat(opened.recording.id, chat.ticket)
      .then(setMessages, (error: unknown) => setFailure(toFailure(error)));
  };
  useEffect(load, [chat.ticket]);
  return (
    <section class="recording-chat" data-testid="recording-chat">
      <header class="recording-chat-head">
        <Heading>{texts.title}</Heading>
        <a
          class="icon-button"
          href={chat.url}
          download="chat.json"
          aria-label={texts.download}
          title={texts.download}
        >
          <Icon of={Download} />
        </a>
        <button
          type="button"
          class="icon-button"
          aria-expanded={open}
          aria-controls={listId}
          aria-label={open ? texts.hide : texts.show}
          title={open ? texts.hide : texts.show}
          onClick={() => setOpen(!open)}
        >
          <Icon of={open ? ChevronUp : ChevronDown} />
        </button>
      </header>
      <div id={listId} hidden={!open} class="recording-chat-body">
        {failure && (
          <FailureNote failure={failure} texts={failures}>
            <button type="button" class="button small" onClick={load}>
              {words.retry}
            </button>
          </FailureNote>
        )}
        {!failure && !messages && (
          <p class="muted small" role="status">
            {words.loading}
          </p>
        )}
        {messages?.length === 0 && <p class="muted small">{texts.none}</p>}
        {messages && messages.length > 0 && <Messages messages={messages} video={video} />}
      </div>
    </section>
  );
}

interface MessagesProps {
  messages: readonly Message[];
  video: RefObject<HTMLVideoElement | null>;
}

function Messages({ messages, video }: MessagesProps) {
  const { chat: texts } = useRecordingTexts();
  const list = useRef<HTMLOListElement>(null);
  const current = useCurrent(messages, video);
  /** False from when somebody scrolls by hand until they want it to go on. */
  const [follows, setFollows] = useState(true);
  useEffect(() => {
    const element = list.current;
    const leave = (): void => setFollows(false);
    for (const name of BY_HAND) element?.addEventListener(name, leave, { passive: true });
    return () => {
      for (const name of BY_HAND) element?.removeEventListener(name, leave);
    };
  }, []);
  useEffect(() => {
    if (follows) showIn(list.current, current);
  }, [current, follows]);
  return (
    <>
      <ol ref={list} class="recording-messages" tabIndex={0} aria-label={texts.title}>
        {messages.map((message, index) => (
          <li key={message.id} class={index === current ? 'current' : ''}>
            <button
              type="button"
              aria-current={index === current ? 'true' : undefined}
              title={texts.seek(lengthText(message.offsetMs))}
              onClick={() => {
                if (video.current) video.current.currentTime = message.offsetMs / 1_000;
                setFollows(true);
              }}
            >
              <span class="recording-message-head">
                <strong dir="auto">{message.name}</strong>
                <span class="muted small">
                  {lengthText(message.offsetMs)}
                  {message.editedAt !== null && ` · ${texts.edited}`}
                </span>
              </span>
              <span dir="auto" class="recording-message-text">
                {message.content}
              </span>
            </button>
          </li>
        ))}
      </ol>
      {!follows && (
        <button type="button" class="button small" onClick={() => setFollows(true)}>
          {texts.follow}
        </button>
      )}
    </>
  );
}

/** Index of the message that was written last, as the player goes; −1: none. */
function useCurrent(
  messages: readonly Message[],
  video: RefObject<HTMLVideoElement | null>,
): number {
  const [current, setCurrent] = useState(-1);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    const update = (): void => {
      setCurrent(currentMessage(messages, element.currentTime * 1_000 + SLACK_MS));
    };
    const events = ['timeupdate', 'seeking', 'seeked'];
    for (const name of events) element.addEventListener(name, update);
    update();
    return () => {
      for (const name of events) element.removeEventListener(name, update);
    };
  }, [messages]);
  return current;
}

/** Scrolls the list alone, and not the page with it. */
function showIn(list: HTMLElement | null, index: number): void {
  const item = list?.children[index];
  if (!list || !(item instanceof HTMLElement)) return;
  const top = item.offsetTop - list.offsetTop;
  list.scrollTop = top - (list.clientHeight - item.offsetHeight) / 2;
}
