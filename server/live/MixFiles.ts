import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../core/AppError.ts';
import type { Mesh } from '../cluster/Mesh.ts';
import { Audience } from './Listeners.ts';
import { parseLiveFile } from './liveFileNames.ts';

const READ = 'mix/read';
const HEALTH = 'mix/health';
/** Nobody waits longer for a segment than it lasts. */
const READ_TIMEOUT_MS = 2_000;

/** What a node that mixes has of its mixes. */
export interface MixOutputs {
  /**
   * Where a mix of this node writes its playlists and segments, also until a minute after it has ended: listeners
   * hear the rest. Null: this node has none of that generation.
   */
  folderOf(meetingId: string, generation: number): string | null;
  /** As its mixer tells; null while nothing is mixed. */
  healthOf(meetingId: string): unknown;
}

export interface MixRead {
  meetingId: string;
  generation: number;
  /** Path within the folder. */
  name: string;
  /** How many listen at the node that asks. */
  listeners: number;
}

export interface MixFile {
  /** Null: there is no such file. */
  content: Buffer | null;
  /** How many listen at all nodes. */
  listeners: number;
}

const readAnswer = z.object({ content: z.string().nullable(), listeners: z.int() });
const healthAnswer = z.object({ health: z.unknown(), listeners: z.int() });

export interface MixFilesDeps {
  /** Instance of this node. */
  self: string;
  mesh: Pick<Mesh, 'serve' | 'call'>;
  /** Null on a node that mixes nothing. */
  outputs: MixOutputs | null;
  /** Milliseconds. */
  now: () => number;
}

/** What mixers have written, on whichever nodes they are. Those of this node are served to the others. */
export class MixFiles {
  readonly #deps: MixFilesDeps;
  readonly #audience = new Audience();

  constructor(deps: MixFilesDeps) {
    this.#deps = deps;
    const { mesh, outputs } = deps;
    if (!outputs) return;
    // Only nodes of this cluster get here, and they send what this class does.
    mesh.serve(READ, async (message, from) => {
      const { content, listeners } = await this.#readHere(outputs, message as MixRead, from);
      return { content: content?.toString('base64') ?? null, listeners };
    });
    mesh.serve(HEALTH, (meetingId) => this.#healthHere(outputs, meetingId as string));
  }

  /** @throws UnreachableError, MeshTimeoutError when the node does not answer, AppError INTERNAL */
  async read(mixer: string, message: MixRead): Promise<MixFile> {
    const { self, outputs, mesh } = this.#deps;
    if (mixer === self && outputs) return this.#readHere(outputs, message, self);
    const options = { timeoutMs: READ_TIMEOUT_MS };
    const answer = readAnswer.parse(await mesh.call(mixer, READ, message, options));
    const { content, listeners } = answer;
    return { content: content === null ? null : Buffer.from(content, 'base64'), listeners };
  }

  /** What the mixer tells of a meeting's mix, and how many listen. @throws as `read` */
  async health(mixer: string, meetingId: string): Promise<{ health?: unknown; listeners: number }> {
    const { self, outputs, mesh } = this.#deps;
    if (mixer === self && outputs) return this.#healthHere(outputs, meetingId);
    const options = { timeoutMs: READ_TIMEOUT_MS };
    return healthAnswer.parse(await mesh.call(mixer, HEALTH, meetingId, options));
  }

  async #readHere(outputs: MixOutputs, message: MixRead, from: string): Promise<MixFile> {
    const { meetingId, generation, name, listeners } = message;
    if (!parseLiveFile(name)) throw new AppError('NOT_FOUND');
    const now = this.#deps.now();
    this.#audience.tell(meetingId, from, listeners, now);
    const folder = outputs.folderOf(meetingId, generation);
    const content = folder === null ? null : await readIfThere(join(folder, name));
    return { content, listeners: this.#audience.total(meetingId, now) };
  }

  #healthHere(outputs: MixOutputs, meetingId: string): { health: unknown; listeners: number } {
    const listeners = this.#audience.total(meetingId, this.#deps.now());
    return { health: outputs.healthOf(meetingId), listeners };
  }
}

async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}
