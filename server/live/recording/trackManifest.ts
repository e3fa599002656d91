import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../mixer/writeWhole.ts';

export const MANIFEST_NAME = 'manifest.json';

/** What is recorded of which input. */
export interface TrackSpec {
  inputId: string;
  participantId: string;
  /** Of the participant. */
  name: string;
  source: string;
}

export interface RecordedTrack extends TrackSpec {
  file: string;
  kind: 'audio' | 'video';
  codec: 'opus' | 'vp8' | 'h264';
  /** When its first frame was there, milliseconds since 1970. */
  startsAt: number;
  durationSec: number;
  /** Whether its file was finished; one that was not plays as far as it goes. */
  isFinished: boolean;
}

/** Which tracks a recording has, and where they are in time. */
export interface TrackManifest {
  version: 1;
  tracks: RecordedTrack[];
}

/** Of a folder that has none: no tracks. */
export async function readManifest(folder: string): Promise<TrackManifest> {
  try {
    return JSON.parse(await readFile(join(folder, MANIFEST_NAME), 'utf8')) as TrackManifest;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { version: 1, tracks: [] };
    throw error;
  }
}

export async function writeManifest(folder: string, manifest: TrackManifest): Promise<void> {
  await writeWhole(join(folder, MANIFEST_NAME), `${JSON.stringify(manifest, null, 2)}\n`);
}
