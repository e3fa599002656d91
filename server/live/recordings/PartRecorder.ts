import type { Logger } from '../../core/logger.ts';
import type { RoomMixer } from '../mixer/RoomMixer.ts';
import type { WantedRecording } from '../stores.ts';
import type { RecordingWork } from './RecordingWork.ts';

export interface PartRecorderDeps {
  engine: Pick<RoomMixer, 'on' | 'health' | 'setRecord' | 'setRecordTracks'>;
  recordings: Pick<RecordingWork, 'begin' | 'handleWriting' | 'end'>;
  /** Numbers of parts grow, whichever engine writes them. */
  nextPart: () => number;
  logger: Logger;
}

interface Part {
  recordingId: string;
  part: number;
  /** That the engine has not said to be complete. */
  folders: Set<string>;
}

/** What one engine records of its meeting: one recording after the other, each from when it is wanted. */
export class PartRecorder {
  readonly #deps: PartRecorderDeps;
  readonly #parts = new Map<string, Part>();
  readonly #ending = new Set<Promise<void>>();
  #recording: WantedRecording | null = null;
  #isWriting = false;
  #isTelling = false;

  constructor(deps: PartRecorderDeps) {
    this.#deps = deps;
    deps.engine.on('recorded', ({ folder }) => this.#handleComplete(folder));
    deps.engine.on('health', () => void this.tell());
  }

  get recording(): WantedRecording | null {
    return this.#recording;
  }

  /** Whether anything of it is written. */
  get isWriting(): boolean {
    return this.#isWriting;
  }

  /** Has this recorded from now on; null: nothing. @throws what the store throws, or making the folders */
  async set(recording: WantedRecording | null): Promise<void> {
    const { engine, recordings, nextPart } = this.#deps;
    if (this.#recording?.id === recording?.id) return;
    this.#recording = null;
    this.#isWriting = false;
    engine.setRecord(null);
    engine.setRecordTracks(null);
    if (!recording) return;
    const part = nextPart();
    const { composite, tracks } = await recordings.begin(recording, part);
    const folders = [composite, tracks].filter((folder) => folder !== null);
    const written = { recordingId: recording.id, part, folders: new Set(folders) };
    for (const folder of folders) this.#parts.set(folder, written);
    this.#recording = recording;
    if (composite !== null) engine.setRecord({ folder: composite });
    if (tracks !== null) engine.setRecordTracks({ folder: tracks });
    await this.tell();
  }

  /** Has everybody know that it is written, once it is; again where the store was away. Never rejects. */
  async tell(): Promise<void> {
    const { engine, recordings, logger } = this.#deps;
    const recording = this.#recording;
    if (!recording || this.#isWriting || this.#isTelling) return;
    if (engine.health.state !== 'running') return;
    this.#isTelling = true;
    try {
      await recordings.handleWriting(recording.id);
      this.#isWriting = this.#recording === recording;
    } catch (error) {
      logger.warn(
        { err: error, recordingId: recording.id },
        'told later that a recording is written',
      );
    } finally {
      this.#isTelling = false;
    }
  }

  /** After its engine was closed: settles when all parts were told of. Idempotent. */
  async close(): Promise<void> {
    this.#recording = null;
    for (const folder of [...this.#parts.keys()]) this.#handleComplete(folder);
    await Promise.all(this.#ending);
  }

  #handleComplete(folder: string): void {
    const part = this.#parts.get(folder);
    this.#parts.delete(folder);
    if (!part) return;
    part.folders.delete(folder);
    if (part.folders.size > 0) return;
    const ending = this.#end(part).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  async #end({ recordingId, part }: Part): Promise<void> {
    try {
      await this.#deps.recordings.end(recordingId, part);
    } catch (error) {
      // This node finds it by itself, later.
      this.#deps.logger.warn(
        { err: error, recordingId, part },
        'a part of a recording is not told of',
      );
    }
  }
}
