import type { RecordingFileView, RecordingView, ShareView } from '../../../protocol/recordings.ts';
import type { PlacedMessage } from './RecordingChat.ts';
import type { RecordingFile, RecordingRecord, RecordingShare } from './stores.ts';

export function recordingView(recording: RecordingRecord): RecordingView {
  const { id, meetingId, title, state, composite, tracks, durationMs, bytes, error } = recording;
  return {
    ...{ id, meetingId, title, state, composite, tracks, durationMs, bytes, error },
    startedAt: new Date(recording.startedAt).toISOString(),
    endedAt: toInstant(recording.endedAt),
    expiresAt: toInstant(recording.expiresAt),
  };
}

export function fileView(file: RecordingFile): RecordingFileView {
  const { id, kind, name, type, bytes, durationMs, participant, source, offsetMs } = file;
  return { id, kind, name, type, bytes, durationMs, participant, source, offsetMs };
}

export function shareView({ id, createdAt, expiresAt, withChat }: RecordingShare): ShareView {
  return {
    id,
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
    withChat,
  };
}

export function messageView({ at, editedAt, ...message }: PlacedMessage) {
  return { ...message, at: new Date(at).toISOString(), editedAt: toInstant(editedAt) };
}

function toInstant(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
