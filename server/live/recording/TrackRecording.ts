import { mkdir, readdir } from 'node:fs/promises';
import type { Logger } from '../../core/logger.ts';
import { Mailbox } from '../../core/Mailbox.ts';
import type { MixInput } from '../mixer/feed.ts';
import type { MediaPort } from '../mixer/MediaPort.ts';
import { TrackRecorder } from './TrackRecorder.ts';
import {
  readManifest,
  writeManifest,
  type RecordedTrack,
  type TrackManifest,
  type TrackSpec,
} from './trackManifest.ts';

/** So much of a manifest is lost with the process. */
const CHECKPOINT_MS = 2_000;
const NAME_LENGTH = 40;

export interface TrackRecordingOptions {
  port: MediaPort;
  folder: string;
  logger: Logger;
  onKeyNeeded: (input: string) => void;
  onError: (error: unknown) => void;
}

interface Running {
  input: MixInput;
  spec: TrackSpec;
  recorder: TrackRecorder;
}

/**
 * Records each stream of a room into a file of its own, and says in a manifest where they are in time. A stream that
 * ends or is replaced has its file finished, and the next one gets another.
 */
export class TrackRecording {
  readonly folder: string;
  readonly #options: TrackRecordingOptions;
  readonly #running = new Map<string, Running>();
  readonly #finished: RecordedTrack[];
  readonly #writes = new Mailbox();
  readonly #timer: NodeJS.Timeout;
  #count: number;
  #closing: Promise<void> | null = null;

  /** Goes on where another process has left off. */
  static async open(options: TrackRecordingOptions): Promise<TrackRecording> {
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    // One that was killed may have begun files that no manifest names.
    const numbers = (await readdir(options.folder)).map((name) => Number.parseInt(name, 10) || 0);
    return new TrackRecording(options, await readManifest(options.folder), Math.max(0, ...numbers));
  }

  private constructor(options: TrackRecordingOptions, { tracks }: TrackManifest, count: number) {
    this.#options = options;
    this.folder = options.folder;
    this.#finished = [...tracks];
    this.#count = count;
    this.#timer = setInterval(() => void this.#checkpoint(), CHECKPOINT_MS);
  }

  /** All that comes, and what of it is recorded, from now on. */
  set(inputs: readonly MixInput[], tracks: readonly TrackSpec[]): void {
    if (this.#closing) return;
    const known = new Map(inputs.map((input) => [input.id, input]));
    const wanted = new Map(tracks.map((track) => [track.inputId, track]));
    for (const [id, running] of this.#running) {
      const input = known.get(id);
      const isSame = input?.ssrc === running.input.ssrc && input.kind === running.input.kind;
      if (!isSame || !wanted.has(id)) void this.#finish(id, running);
    }
    for (const [id, spec] of wanted) {
      const input = known.get(id);
      if (input && !this.#running.has(id)) this.#start(input, spec);
    }
  }

  /** Settles when all files and the manifest are whole. Idempotent. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([...this.#running].map(([id, running]) => this.#finish(id, running)));
    await this.#save();
    await this.#writes.idle();
  }

  #start(input: MixInput, spec: TrackSpec): void {
    const { port, folder, logger, onKeyNeeded, onError } = this.#options;
    this.#count += 1;
    const number = String(this.#count).padStart(3, '0');
    const recorder = new TrackRecorder({
      ...{ port, input, folder, logger, onError },
      name: `${number}-${nameOf(spec.source)}-${nameOf(spec.participantId)}`,
      onKeyNeeded: () => onKeyNeeded(input.id),
      onBegin: () => void this.#save(),
    });
    this.#running.set(input.id, { input, spec, recorder });
  }

  async #finish(id: string, running: Running): Promise<void> {
    this.#running.delete(id);
    await running.recorder.close();
    const track = trackOf(running, true);
    if (!track) return;
    this.#finished.push(track);
    await this.#save();
  }

  async #checkpoint(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ recorder }) => recorder.checkpoint()));
    await this.#save();
  }

  async #save(): Promise<void> {
    const unfinished = [...this.#running.values()].flatMap((one) => trackOf(one, false) ?? []);
    const manifest: TrackManifest = { version: 1, tracks: [...this.#finished, ...unfinished] };
    try {
      await this.#writes.post(() => writeManifest(this.#options.folder, manifest));
    } catch (error) {
      this.#options.onError(error);
    }
  }
}

/** Null for one of which nothing came. */
function trackOf({ spec, recorder }: Running, isFinished: boolean): RecordedTrack | null {
  const { recorded, fileName, codec } = recorder;
  if (!recorded) return null;
  const { inputId, participantId, name, source } = spec;
  return {
    ...{ file: fileName, inputId, participantId, name, source },
    ...{ kind: codec.kind, codec: codec.name, isFinished },
    ...{ startsAt: recorded.startsAt, durationSec: recorded.durationSec },
  };
}

/** Of what may stand in the name of a file. */
function nameOf(text: string): string {
  return text.replaceAll(/[^a-zA-Z0-9_-]/g, '').slice(0, NAME_LENGTH) || 'x';
}
