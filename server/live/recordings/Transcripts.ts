import { Readable } from 'node:stream';
import { createId } from '../../core/ids.ts';
import { AppError } from '../../core/AppError.ts';
import { prefixOf, type RecordingStorage } from './RecordingStorage.ts';
import type { RecordingFile, RecordingRecord, RecordingStore } from './stores.ts';
import { assertWebVtt } from './webVtt.ts';

export interface TranscriptsDeps {
  store: Pick<RecordingStore, 'replaceTranscript'>;
  storage: RecordingStorage;
}

const TYPE = 'text/vtt';

/** What was said, as text that somebody puts beside a recording: one at most. */
export class Transcripts {
  readonly #deps: TranscriptsDeps;

  constructor(deps: TranscriptsDeps) {
    this.#deps = deps;
  }

  /**
   * Puts it there, in place of the one before.
   * @throws AppError INVALID_PAYLOAD: it is no WebVTT; INVALID_STATE: the recording is not ready
   */
  async set({ id: recordingId, state }: RecordingRecord, content: Uint8Array): Promise<void> {
    assertWebVtt(content);
    if (state !== 'ready') throw notReady();
    const id = createId();
    const key = `${prefixOf(recordingId)}transcript-${id}.vtt`;
    const bytes = await this.#deps.storage.put(key, Readable.from([content]), TYPE);
    const file: RecordingFile = {
      ...{ id, recordingId, kind: 'transcript', key, name: 'transcript.vtt', type: TYPE, bytes },
      ...{ durationMs: null, participant: null, source: null, offsetMs: null },
    };
    const replaced = await this.#deps.store.replaceTranscript(recordingId, file);
    // Removed meanwhile, with everything else of it.
    await this.#deps.storage.remove(replaced ?? [key]);
    if (!replaced) throw notReady();
  }

  /** Idempotent. */
  async remove({ id }: RecordingRecord): Promise<void> {
    const { store, storage } = this.#deps;
    await storage.remove((await store.replaceTranscript(id, null)) ?? []);
  }
}

function notReady(): AppError {
  return new AppError('INVALID_STATE', { message: 'This recording is not ready yet.' });
}
