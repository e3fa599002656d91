import type { RefObject } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { RecordingChat as Chat } from '../../../protocol/recordings.ts';
import type { Failure } from '../../state/models.ts';
import type { OpenedRecording } from '../../state/recordings/recordingModels.ts';
import { FailureNote } from '../components/FailureNote.tsx';
import { toFailure, useApp, useTexts } from '../context.ts';
import { BesidePanel } from './BesidePanel.tsx';
import { TimedList, type TimedItem } from './TimedList.tsx';
import { useRecordingTexts } from './useRecordingTexts.ts';

interface RecordingChatProps {
  opened: OpenedRecording;
  chat: NonNullable<OpenedRecording['chat']>;
  video: RefObject<HTMLVideoElement | null>;
  /** That comes next in the outline of the page. */
  heading: 'h2' | 'h3';
}

/** What was written while the meeting was recorded: it goes along with the player, and the player with it. */
export function RecordingChat({ opened, chat, video, heading }: RecordingChatProps) {
  const app = useApp();
  const { app: words } = useTexts();
  const { chat: texts, failures } = useRecordingTexts();
  const [messages, setMessages] = useState<Chat['messages'] | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const load = (): void => {
    setFailure(null);
    app
      .recordingChat(opened.recording.id, chat.ticket)
      .then(setMessages, (error: unknown) => setFailure(toFailure(error)));
  };
  useEffect(load, [chat.ticket]);
  const items = useMemo(
    () =>
      messages?.map(({ id, name, content, offsetMs, editedAt }): TimedItem => ({
        ...{ id, name, offsetMs, text: content },
        ...(editedAt !== null && { note: texts.edited }),
      })),
    [messages, texts],
  );
  const file = { url: chat.url, name: 'chat.json' };
  return (
    <BesidePanel title={texts.title} testId="recording-chat" {...{ file, heading }}>
      {failure && (
        <FailureNote failure={failure} texts={failures}>
          <button type="button" class="button small" onClick={load}>
            {words.retry}
          </button>
        </FailureNote>
      )}
      {!failure && !items && (
        <p class="muted small" role="status">
          {words.loading}
        </p>
      )}
      {items?.length === 0 && <p class="muted small">{texts.none}</p>}
      {items && items.length > 0 && <TimedList label={texts.title} {...{ items, video }} />}
    </BesidePanel>
  );
}
