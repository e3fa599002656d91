import type { Readable } from 'node:stream';

/** Bytes from `start` to `end`, both of them with. */
export interface ByteRange {
  start: number;
  end: number;
}

/** Where recordings are kept for good. Keys are paths of letters, digits, `-`, `_`, `.` and `/`. */
export interface RecordingStorage {
  /** Keeps a file, whole or not at all. @returns its bytes @throws what the storage throws, or reading the content */
  put(key: string, content: Readable, type: string): Promise<number>;
  /** @throws AppError NOT_FOUND, UNAVAILABLE */
  read(key: string, range?: ByteRange): Promise<Readable>;
  /** Keys that begin so, in no order. @throws AppError UNAVAILABLE */
  list(prefix: string): Promise<string[]>;
  /** Idempotent. @throws AppError UNAVAILABLE */
  remove(keys: readonly string[]): Promise<void>;
}

const KEY = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$/;

/** @throws RangeError for what could be another file than it seems */
export function assertKey(key: string): void {
  if (!KEY.test(key)) throw new RangeError(`A file cannot be kept as ${JSON.stringify(key)}.`);
}

/** Everything of a recording is below this. */
export function prefixOf(recordingId: string): string {
  return `recordings/${recordingId}/`;
}
