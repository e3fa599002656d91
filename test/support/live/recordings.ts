import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createId } from '../../../server/core/ids.ts';
import type { Database } from '../../../server/db/openDatabase.ts';
import { INDEX_NAME } from '../../../server/live/recording/compositeIndex.ts';
import type { RecordingFile, RecordingRecord } from '../../../server/live/recordings/stores.ts';
import { accountRecord, meetingRecord, sessionRecord, T0 } from '../database.ts';

const run = promisify(execFile);

/** An account that hosts a meeting. */
export async function hostWithMeeting(db: Database): Promise<{ host: string; meetingId: string }> {
  const account = accountRecord();
  await db.users.insertWithSession(account, sessionRecord(account.id));
  const meeting = meetingRecord(account.id);
  await db.meetings.insert(meeting);
  return { host: account.id, meetingId: meeting.id };
}

/** A recording that starts. */
export function recordingOf(
  hostId: string,
  meetingId: string,
  values: Partial<RecordingRecord> = {},
): RecordingRecord {
  return {
    ...{ id: createId(), meetingId, hostId, title: 'Standup', state: 'starting' },
    ...{ composite: true, tracks: false, startedAt: T0, endedAt: null, durationMs: null },
    ...{ bytes: 0, expiresAt: null, error: null, isRemoved: false },
    ...values,
  };
}

export function fileOf(recordingId: string, values: Partial<RecordingFile> = {}): RecordingFile {
  return {
    ...{ id: createId(), recordingId, kind: 'composite', name: 'recording.mp4' },
    ...{ key: `recordings/${recordingId}/composite.mp4`, type: 'video/mp4', bytes: 1_000 },
    ...{ durationMs: 5_000, participant: null, source: null, offsetMs: null },
    ...values,
  };
}

/** Segments of 2 s with a picture and a sound, as a mixer writes them. */
export async function writeSegments(folder: string, first: number, count: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  await run('ffmpeg', [
    ...['-hide_banner', '-nostdin', '-loglevel', 'error'],
    ...['-f', 'lavfi', '-i', 'testsrc=size=160x90:rate=25', '-f', 'lavfi', '-i', 'sine'],
    ...['-t', String(count * 2), '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '50'],
    ...['-c:a', 'aac', '-f', 'segment', '-segment_time', '2'],
    ...['-segment_start_number', String(first), join(folder, '%d.ts')],
  ]);
  const lines = Array.from({ length: count }, (_, index) => ({
    ...{ sequence: first + index, startsAt: (first + index) * 2_000, durationSec: 2 },
    discontinuous: index === 0,
  }));
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  await writeFile(join(folder, INDEX_NAME), text);
}
