import type {
  RecordingFile,
  RecordingPart,
  RecordingRecord,
  RecordingShare,
} from '../live/recordings/stores.ts';

export interface RecordingRow {
  id: string;
  meeting_id: string;
  host_id: string;
  title: string;
  state: RecordingRecord['state'];
  composite: boolean;
  tracks: boolean;
  started_at: Date;
  ended_at: Date | null;
  /** A bigint, and a sum of them: text from PostgreSQL. */
  duration_ms: string | number | null;
  bytes: string | number;
  expires_at: Date | null;
  error: string | null;
  removed_at: Date | null;
}

export interface PartRow {
  recording_id: string;
  part: string | number;
  node: string;
  state: RecordingPart['state'];
}

export interface FileRow {
  id: string;
  recording_id: string;
  kind: RecordingFile['kind'];
  key: string;
  name: string;
  type: string;
  bytes: string | number;
  duration_ms: string | number | null;
  participant: string | null;
  source: string | null;
  offset_ms: string | number | null;
}

export interface ShareRow {
  id: string;
  recording_id: string;
  token_hash: string;
  created_at: Date;
  expires_at: Date;
  with_chat: boolean;
}

export function mapRecording(row: RecordingRow): RecordingRecord {
  return {
    id: row.id,
    meetingId: row.meeting_id,
    hostId: row.host_id,
    title: row.title,
    state: row.state,
    composite: row.composite,
    tracks: row.tracks,
    startedAt: row.started_at.getTime(),
    endedAt: row.ended_at?.getTime() ?? null,
    durationMs: numberOf(row.duration_ms),
    bytes: Number(row.bytes),
    expiresAt: row.expires_at?.getTime() ?? null,
    error: row.error,
    isRemoved: row.removed_at !== null,
  };
}

export function mapFile(row: FileRow): RecordingFile {
  const { id, kind, key, name, type, participant, source } = row;
  return {
    ...{ id, recordingId: row.recording_id, kind, key, name, type, participant, source },
    bytes: Number(row.bytes),
    durationMs: numberOf(row.duration_ms),
    offsetMs: numberOf(row.offset_ms),
  };
}

export function toFileRow({ recordingId, durationMs, offsetMs, ...rest }: RecordingFile): FileRow {
  const times = { duration_ms: durationMs, offset_ms: offsetMs };
  return { ...rest, recording_id: recordingId, ...times };
}

export function mapShare(row: ShareRow): RecordingShare {
  return {
    ...{ id: row.id, recordingId: row.recording_id, tokenHash: row.token_hash },
    ...{ createdAt: row.created_at.getTime(), expiresAt: row.expires_at.getTime() },
    withChat: row.with_chat,
  };
}

function numberOf(value: string | number | null): number | null {
  return value === null ? null : Number(value);
}

export function dateOf(time: number | null): Date | null {
  return time === null ? null : new Date(time);
}
