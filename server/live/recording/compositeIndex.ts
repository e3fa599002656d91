import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export const INDEX_NAME = 'index.jsonl';

/** One segment of a recording: its file is `<sequence>.ts`. */
export interface RecordedSegment {
  sequence: number;
  /** When it was on the stage, milliseconds since 1970. */
  startsAt: number;
  durationSec: number;
  /** Whether it does not continue the one before. */
  discontinuous: boolean;
}

export interface CompositeIndex {
  segments: RecordedSegment[];
  /** When recording was stopped, milliseconds since 1970: what is later in its last segment is not to be shown. */
  until: number | null;
}

export function segmentName(sequence: number): string {
  return `${sequence}.ts`;
}

/** What a folder holds; of one that was never written to, nothing. */
export async function readIndex(folder: string): Promise<CompositeIndex> {
  const text = await readFile(join(folder, INDEX_NAME), 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  });
  return parseIndex(text);
}

/** A line that was being written when the process was killed is none. */
export function parseIndex(text: string): CompositeIndex {
  const index: CompositeIndex = { segments: [], until: null };
  for (const line of text.split('\n')) {
    const entry = parseLine(line);
    if (!entry) continue;
    if ('until' in entry) {
      index.until = entry.until;
      continue;
    }
    index.segments.push(entry);
    // The last one comes after the stop; one of later means that it went on.
    if (index.until !== null && entry.startsAt >= index.until) index.until = null;
  }
  return index;
}

function parseLine(line: string): RecordedSegment | { until: number } | null {
  if (line === '') return null;
  try {
    return JSON.parse(line) as RecordedSegment | { until: number };
  } catch {
    return null;
  }
}
