import { offsetAt, type TimelinePiece } from './timeline.ts';

/** A message as it is stored. Times are milliseconds since the Unix epoch. */
export interface WrittenMessage {
  id: string;
  name: string;
  content: string;
  at: number;
  editedAt: number | null;
}

/** What was written in a meeting while it was recorded. */
export interface WrittenChat {
  /** Null: of a recording without a picture, or of an earlier version. */
  timeline: readonly TimelinePiece[] | null;
  startedAt: number;
  endedAt: number;
  /** In their order; none that was deleted. */
  messages: readonly WrittenMessage[];
}

export interface RecordingChatStore {
  /** Null: there is no such recording, or nobody is to read the meeting's chat when it is over. */
  written(recordingId: string): Promise<WrittenChat | null>;
}

/** A message beside a recording. */
export interface PlacedMessage extends WrittenMessage {
  /** Milliseconds after the recording's beginning. */
  offsetMs: number;
}

/** Messages of the recording, where they are in it. */
export function placeMessages({
  timeline,
  startedAt,
  endedAt,
  messages,
}: WrittenChat): PlacedMessage[] {
  const known = timeline ?? [{ at: startedAt, offsetMs: 0, durationMs: endedAt - startedAt }];
  return messages.flatMap((message) => {
    const offsetMs = offsetAt(known, message.at);
    return offsetMs === null ? [] : [{ ...message, offsetMs }];
  });
}
