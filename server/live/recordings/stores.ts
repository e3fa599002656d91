import type { RecordingState } from '../../../protocol/recordings.ts';
import type { ChooseMixer } from '../stores.ts';
import type { TimelinePiece } from './timeline.ts';

/** Times are milliseconds since the Unix epoch. */
export interface RecordingRecord {
  id: string;
  meetingId: string;
  /** Whose it is: the meeting's creator. */
  hostId: string;
  title: string;
  state: RecordingState;
  composite: boolean;
  tracks: boolean;
  startedAt: number;
  /** When it was stopped, or its meeting ended. */
  endedAt: number | null;
  durationMs: number | null;
  /** Of its files. */
  bytes: number;
  /** When it is removed by itself; null: never, or not known yet. */
  expiresAt: number | null;
  error: string | null;
  /** It is gone for everybody, and its files will be. */
  isRemoved: boolean;
}

/**
 * What one mixer process has written of a recording, on its node. `written`: nothing more comes; `stored`: it is in the
 * storage, where whoever puts the recording together takes it; `lost`: its node does not come back.
 */
export interface RecordingPart {
  recordingId: string;
  /** Later ones have higher numbers. */
  part: number;
  /** Instance of the node. */
  node: string;
  state: 'writing' | 'written' | 'stored' | 'lost';
}

/** Something of it that can be played or downloaded. */
export interface RecordingFile {
  id: string;
  recordingId: string;
  kind: 'composite' | 'track' | 'manifest' | 'transcript';
  /** In the storage. */
  key: string;
  name: string;
  type: string;
  bytes: number;
  durationMs: number | null;
  /** Of a track. */
  participant: string | null;
  source: string | null;
  /** Of a track: milliseconds after the recording's beginning. */
  offsetMs: number | null;
}

/** A link that opens a recording. */
export interface RecordingShare {
  id: string;
  recordingId: string;
  /** SHA-256 of the token in hexadecimal: nobody who reads the row can open anything. */
  tokenHash: string;
  createdAt: number;
  expiresAt: number;
  /** Whether it shows what was written in the meeting, too. */
  withChat: boolean;
}

/** What has become of a recording. */
export interface FinishedRecording {
  files: readonly RecordingFile[];
  durationMs: number;
  /** Milliseconds since the Unix epoch. */
  expiresAt: number | null;
  /** Of its whole picture. */
  timeline?: readonly TimelinePiece[];
}

/** Durable recordings. Those that are removed are found by nobody but the sweep. */
export interface RecordingStore {
  /** @returns the one that is inserted, or that which is going on in the meeting already */
  insert(recording: Omit<RecordingRecord, 'bytes' | 'isRemoved'>): Promise<RecordingRecord>;
  find(id: string): Promise<RecordingRecord | null>;
  /** That which goes on in a meeting. */
  active(meetingId: string): Promise<RecordingRecord | null>;
  /** Newest first. */
  list(
    hostId: string,
    page: { before?: string; limit: number; meetingId?: string },
  ): Promise<{ recordings: RecordingRecord[]; next: string | null }>;
  rename(id: string, title: string): Promise<void>;
  /** A mixer writes. @returns whether it is still to be written */
  begin(id: string): Promise<boolean>;
  /** Somebody wants nothing more of it. Idempotent. */
  stop(id: string, now: number): Promise<void>;
  /** It never began. */
  forget(id: string): Promise<void>;
  /** It can be played; its files are those, and no part is needed any more. Not one that is removed. */
  finish(id: string, done: FinishedRecording, error: string | null): Promise<boolean>;
  fail(id: string, error: string, expiresAt: number | null): Promise<void>;

  /** This node writes a part from now on, or has found one of an earlier process of its own. */
  claimPart(recordingId: string, part: number, node: string): Promise<void>;
  setPart(
    recordingId: string,
    part: number,
    state: RecordingPart['state'],
    from?: readonly RecordingPart['state'][],
  ): Promise<void>;
  parts(recordingId: string): Promise<RecordingPart[]>;

  files(recordingId: string): Promise<RecordingFile[]>;
  findFile(recordingId: string, fileId: string): Promise<RecordingFile | null>;

  /**
   * Has it have this transcript, and no other; null: none.
   * @returns keys of those before; null: it cannot be played (any more)
   */
  replaceTranscript(recordingId: string, file: RecordingFile | null): Promise<string[] | null>;

  /** @returns false where it has as many as it may */
  addShare(share: RecordingShare, most: number): Promise<boolean>;
  /** Those that are not over. */
  shares(recordingId: string, now: number): Promise<RecordingShare[]>;
  removeShare(recordingId: string, shareId: string): Promise<void>;
  findShare(
    by: { tokenHash: string } | { id: string },
    now: number,
  ): Promise<RecordingShare | null>;

  /** Nobody finds it any more. Idempotent. */
  remove(id: string, now: number): Promise<void>;
  /**
   * Stops those whose meeting is over or that nobody has been in for a while, and removes those whose time is over.
   * @param emptySince beginning of that while; null: they go on
   * @returns meetings of those that stop
   */
  sweep(now: number, emptySince: number | null): Promise<string[]>;
  /** That are stopped and neither ready nor failed. */
  processing(): Promise<RecordingRecord[]>;
  /** Removed ones whose files may be there still. */
  removed(): Promise<RecordingRecord[]>;
  /** Its files are gone. */
  erase(id: string): Promise<void>;
}

/** A meeting that is to be recorded, and is not. */
export interface DueRecording {
  meetingId: string;
  /** Hosts and co-hosts who are in it. */
  hostIds: string[];
}

export interface AutomaticStart {
  /** Of the recording. */
  id: string;
  /** Milliseconds since the Unix epoch. */
  now: number;
  /** A meeting that was empty for so long begins a new sitting, milliseconds. */
  sittingGapMs: number;
}

/** Meetings that record themselves as their settings say. */
export interface AutomaticRecordingStore {
  /**
   * Meetings that a host or co-host is in and that should be recorded by now. Not those whose recording somebody
   * stopped by hand in this sitting.
   */
  due(sittingGapMs: number): Promise<DueRecording[]>;
  /** Begins the recording of one that is still due, with a mixer, or does neither. */
  begin(
    meetingId: string,
    how: AutomaticStart & { choose: ChooseMixer },
  ): Promise<'begun' | 'full' | 'not due'>;
  /** No mixer has room for it. @returns whether hosts are to be told: nobody has told them since `toldBefore` */
  tell(meetingId: string, now: number, toldBefore: number): Promise<boolean>;
}
