import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../core/AppError.ts';
import { createId } from '../../core/ids.ts';
import type { Logger } from '../../core/logger.ts';
import { readIndex } from '../recording/compositeIndex.ts';
import { mergeParts } from './mergeParts.ts';
import { compositeIn, tracksIn, type PartFolders } from './PartFolders.ts';
import { prefixOf, type RecordingStorage } from './RecordingStorage.ts';
import type { RecordingFile, RecordingPart, RecordingRecord, RecordingStore } from './stores.ts';
import { timelineOf, type TimelinePiece } from './timeline.ts';
import { readTracks } from './trackFiles.ts';

/** What was written cannot be put together; to try it once more may help, for a while. */
export class JoinError extends Error {
  override name = 'JoinError';
}

export interface FinisherDeps {
  store: RecordingStore;
  storage: RecordingStorage;
  folders: PartFolders;
  /** Makes one file of a folder of segments. */
  joinComposite: (folder: string, target: string) => Promise<unknown>;
  /** How long a file plays, milliseconds. */
  durationOf: (path: string) => Promise<number>;
  /** How long recordings are kept, days; null: for ever. */
  keepDays: number | null;
  logger: Logger;
  /** Milliseconds since the Unix epoch. */
  now: () => number;
}

type NewFile = Omit<RecordingFile, 'recordingId' | 'id' | 'bytes'>;

const DAY_MS = 86_400_000;
const NO_TRACK = { participant: null, source: null, offsetMs: null };
/** What no system has in names of files. */
const UNFIT = /[\\/:*?"<>|]/g;
const LOST = 'A part of it is lost with the machine that wrote it.';

/** Makes of parts what can be played, in the storage. Everything can be done again from the beginning. */
export class Finisher {
  readonly #deps: FinisherDeps;

  constructor(deps: FinisherDeps) {
    this.#deps = deps;
  }

  /** Puts parts of this node into the storage, as they are. @throws what the storage throws */
  async handOver(parts: readonly RecordingPart[]): Promise<void> {
    const { store, storage, folders } = this.#deps;
    for (const { recordingId, part } of parts.filter(({ state }) => state === 'written')) {
      const folder = folders.folderOf(recordingId, part);
      for (const path of await filesIn(folder)) {
        const key = `${handedOver(recordingId, part)}${encode(relative(folder, path))}`;
        await storage.put(key, createReadStream(path), 'application/octet-stream');
      }
      await store.setPart(recordingId, part, 'stored');
    }
  }

  /** @throws JoinError, what the storage throws */
  async finish(recording: RecordingRecord, parts: readonly RecordingPart[]): Promise<void> {
    const { store, storage, folders, logger } = this.#deps;
    const { id } = recording;
    const found = parts.filter(({ state }) => state !== 'lost');
    const work = await folders.createWork(id);
    const partFolders = [];
    for (const part of found) partFolders.push(await this.#bring(part, work));
    const picture = recording.composite
      ? await this.#composite(recording, partFolders, work)
      : null;
    const files = [
      ...(picture ? [picture.file] : []),
      ...(recording.tracks ? await this.#tracks(recording, partFolders) : []),
    ];
    if (files.length === 0) {
      await this.fail(id, 'Nothing was recorded.');
      return;
    }
    const durationMs = lengthOf(files);
    const error = found.length < parts.length ? LOST : null;
    const done = {
      ...{ files, durationMs, expiresAt: this.#expiry() },
      ...(picture && { timeline: picture.timeline }),
    };
    const isKept = await store.finish(id, done, error);
    const prefix = isKept ? `${prefixOf(id)}parts/` : prefixOf(id);
    await storage.remove(await storage.list(prefix));
    await folders.remove(id);
    if (isKept)
      logger.info({ recordingId: id, durationMs, files: files.length }, 'recording ready');
  }

  /** Says for good that there is nothing to play. */
  async fail(recordingId: string, reason: string): Promise<void> {
    const { store, logger } = this.#deps;
    await store.fail(recordingId, reason, this.#expiry());
    logger.warn({ recordingId, reason }, 'recording failed');
  }

  /** @returns where the part is, on this node */
  async #bring({ recordingId, part, state }: RecordingPart, work: string): Promise<string> {
    const { storage, folders } = this.#deps;
    if (state !== 'stored') return folders.folderOf(recordingId, part);
    const folder = join(work, `part-${part}`);
    const prefix = handedOver(recordingId, part);
    for (const key of await storage.list(prefix)) {
      const path = join(folder, decode(key.slice(prefix.length)));
      await mkdir(dirname(path), { recursive: true });
      await pipeline(await storage.read(key), createWriteStream(path));
    }
    return folder;
  }

  async #composite(
    { id, title }: RecordingRecord,
    partFolders: readonly string[],
    work: string,
  ): Promise<{ file: RecordingFile; timeline: TimelinePiece[] } | null> {
    const { joinComposite, durationOf } = this.#deps;
    const merged = await mergeParts(partFolders.map(compositeIn), join(work, 'merged'));
    if (merged === null) return null;
    const target = join(work, 'composite.mp4');
    let durationMs: number;
    try {
      await joinComposite(merged, target);
      durationMs = await durationOf(target);
    } catch (error) {
      // It ended before there was a whole segment.
      if (error instanceof AppError && error.code === 'NOT_FOUND') return null;
      throw new JoinError('The segments of a recording cannot be joined.', { cause: error });
    }
    const key = `${prefixOf(id)}composite.mp4`;
    const name = `${title.replaceAll(UNFIT, '-')}.mp4`;
    const file = { kind: 'composite', key, name, type: 'video/mp4' } as const;
    const kept = await this.#keep(id, target, { ...file, durationMs, ...NO_TRACK });
    return { file: kept, timeline: timelineOf(await readIndex(merged)) };
  }

  async #tracks(
    { id, startedAt }: RecordingRecord,
    partFolders: readonly string[],
  ): Promise<RecordingFile[]> {
    const files: RecordingFile[] = [];
    const { tracks, unreadable } = await readTracks(partFolders.map(tracksIn));
    if (unreadable.length > 0) {
      this.#deps.logger.error({ recordingId: id, unreadable }, 'tracks cannot be read');
    }
    for (const track of tracks) {
      const name = `${String(files.length + 1).padStart(3, '0')}-${track.source}.${track.extension}`;
      files.push(
        await this.#keep(id, track.path, {
          ...{ kind: 'track', key: `${prefixOf(id)}tracks/${name}`, name, type: track.type },
          ...{ durationMs: track.durationMs, participant: track.participant },
          ...{ source: track.source, offsetMs: track.startsAt - startedAt },
        }),
      );
    }
    if (files.length > 0) files.push(await this.#manifest(id, startedAt, files));
    return files;
  }

  /** Of what is stored, for programs that put tracks together. */
  async #manifest(
    id: string,
    startedAt: number,
    files: readonly RecordingFile[],
  ): Promise<RecordingFile> {
    const tracks = files.map(({ name, type, participant, source, offsetMs, durationMs }) => ({
      ...{ file: name, type, participant, source, offsetMs, durationMs },
    }));
    const content = JSON.stringify({ startedAt: new Date(startedAt), tracks }, null, 2);
    const key = `${prefixOf(id)}tracks/manifest.json`;
    const type = 'application/json';
    const bytes = await this.#deps.storage.put(key, Readable.from([Buffer.from(content)]), type);
    return {
      ...{ id: createId(), recordingId: id, kind: 'manifest', key, name: 'manifest.json', type },
      ...{ bytes, durationMs: null, ...NO_TRACK },
    };
  }

  async #keep(recordingId: string, path: string, file: NewFile): Promise<RecordingFile> {
    const content = createReadStream(path);
    const bytes = await this.#deps.storage.put(file.key, content, file.type);
    return { ...file, id: createId(), recordingId, bytes };
  }

  #expiry(): number | null {
    const { keepDays, now } = this.#deps;
    return keepDays === null ? null : now() + keepDays * DAY_MS;
  }
}

/** Key that the files of a part begin with while somebody else is to take them. */
function handedOver(recordingId: string, part: number): string {
  return `${prefixOf(recordingId)}parts/${part}/`;
}

/** Names of a part's files are the mixer's; keys are of few letters. */
function encode(path: string): string {
  return Buffer.from(path).toString('base64url');
}

function decode(text: string): string {
  return Buffer.from(text, 'base64url').toString();
}

function lengthOf(files: readonly RecordingFile[]): number {
  return Math.max(...files.map(({ offsetMs, durationMs }) => (offsetMs ?? 0) + (durationMs ?? 0)));
}

async function filesIn(folder: string): Promise<string[]> {
  if (!(await stat(folder).catch(() => null))) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}
