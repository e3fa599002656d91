import { setTimeout as sleep } from 'node:timers/promises';
import { KeyedQueue } from '../../cluster/KeyedQueue.ts';
import type { Logger } from '../../core/logger.ts';
import { planOf } from './finishing.ts';
import { JoinError, type Finisher } from './Finisher.ts';
import type { PartFolders, PartTarget } from './PartFolders.ts';
import type { RecordingPart, RecordingRecord, RecordingStore } from './stores.ts';

export interface RecordingWorkDeps {
  store: RecordingStore;
  folders: PartFolders;
  finisher: Finisher;
  /** Instance of this node. */
  nodeId: string;
  /** Whether a node is there, as far as this one knows. */
  isAlive: (node: string) => boolean;
  logger: Logger;
}

const LOOK_MS = 2_000;
/** What cannot be put together so often cannot be at all. */
const ATTEMPTS = 5;

/** Recordings on a node that mixes: what its mixers write, and what becomes of it when they have ended. */
export class RecordingWork {
  readonly #deps: RecordingWorkDeps;
  readonly #queue: KeyedQueue;
  readonly #stop = new AbortController();
  /** Parts that are written at this moment, as `recording/part`. */
  readonly #writing = new Set<string>();
  readonly #failures = new Map<string, number>();
  #running: Promise<void> | null = null;
  #look = new AbortController();

  constructor(deps: RecordingWorkDeps) {
    this.#deps = deps;
    // Joining takes the disk, and mixers go on beside it.
    this.#queue = new KeyedQueue({ logger: deps.logger, concurrency: 1 });
  }

  /** Takes over what an earlier process of this node has left, and looks for work from now on. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** A mixer process is to write a part. @returns where */
  async begin(
    recording: { id: string; composite: boolean; tracks: boolean },
    part: number,
  ): Promise<PartTarget> {
    const { store, folders, nodeId } = this.#deps;
    const key = `${recording.id}/${part}`;
    this.#writing.add(key);
    try {
      await store.claimPart(recording.id, part, nodeId);
      return await folders.create(recording, part);
    } catch (error) {
      // Nobody writes it: what others wrote is not to wait for it.
      this.#writing.delete(key);
      throw error;
    }
  }

  /** It writes. */
  async handleWriting(recordingId: string): Promise<void> {
    await this.#deps.store.begin(recordingId);
  }

  /** It has ended, however that went. */
  async end(recordingId: string, part: number): Promise<void> {
    this.#writing.delete(`${recordingId}/${part}`);
    await this.#deps.store.setPart(recordingId, part, 'written', ['writing']);
    this.look();
  }

  /** Now, and not at the next look. */
  look(): void {
    this.#look.abort();
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#look.abort();
    this.#queue.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let adopted = false;
    while (!signal.aborted) {
      this.#look = new AbortController();
      try {
        if (!adopted) await this.#adopt();
        adopted = true;
        await this.#lookNow();
      } catch (error) {
        // The database is away, say; the next look may find it.
        this.#deps.logger.warn({ err: error }, 'recordings are put together later');
      }
      const until = AbortSignal.any([signal, this.#look.signal]);
      await sleep(LOOK_MS, undefined, { signal: until }).catch(() => undefined);
    }
  }

  /** An earlier process of this node has another instance, and what it wrote is here. */
  async #adopt(): Promise<void> {
    const { store, folders, nodeId } = this.#deps;
    for (const recordingId of await folders.recordings()) {
      if (!(await store.find(recordingId))) continue;
      for (const part of await folders.parts(recordingId)) {
        if (!this.#writing.has(`${recordingId}/${part}`)) {
          await store.claimPart(recordingId, part, nodeId);
          await store.setPart(recordingId, part, 'written', ['writing', 'lost']);
        }
      }
    }
  }

  async #lookNow(): Promise<void> {
    const { store, folders, nodeId, isAlive } = this.#deps;
    for (const recording of await store.processing()) {
      const parts = await this.#currentParts(recording.id);
      const plan = planOf(parts, nodeId, isAlive);
      switch (plan) {
        case 'wait':
          break;
        case 'hand-over':
        case 'finish':
          this.#queue.add(recording.id, () => this.#carryOut(recording, plan));
      }
    }
    for (const recordingId of await folders.recordings()) await this.#tidy(recordingId);
  }

  /** Of this node's, none is written but those that a mixer has right now. */
  async #currentParts(recordingId: string): Promise<RecordingPart[]> {
    const { store, nodeId } = this.#deps;
    const parts = await store.parts(recordingId);
    const left = parts.filter(
      ({ part, node, state }) =>
        node === nodeId && state === 'writing' && !this.#writing.has(`${recordingId}/${part}`),
    );
    if (left.length === 0) return parts;
    for (const { part } of left) await store.setPart(recordingId, part, 'written', ['writing']);
    return store.parts(recordingId);
  }

  async #carryOut(recording: RecordingRecord, plan: 'hand-over' | 'finish'): Promise<void> {
    const { store, finisher, nodeId, logger } = this.#deps;
    const { id } = recording;
    // As it is now: somebody may have removed it meanwhile.
    if ((await store.find(id))?.state !== 'processing') return;
    const parts = await store.parts(id);
    try {
      if (plan === 'finish') await finisher.finish(recording, parts);
      else await finisher.handOver(parts.filter(({ node }) => node === nodeId));
      this.#failures.delete(id);
    } catch (error) {
      const failures = (this.#failures.get(id) ?? 0) + 1;
      this.#failures.set(id, failures);
      if (!(error instanceof JoinError) || failures < ATTEMPTS) throw error;
      logger.error({ err: error, recordingId: id }, 'recording failed');
      await finisher.fail(id, 'What was recorded could not be put together.');
      this.#failures.delete(id);
    }
  }

  /** Nothing stays of what is stored, or was removed. What failed stays until it is removed. */
  async #tidy(recordingId: string): Promise<void> {
    const { store, folders } = this.#deps;
    if ([...this.#writing].some((one) => one.startsWith(`${recordingId}/`))) return;
    const recording = await store.find(recordingId);
    if (recording && recording.state !== 'ready') return;
    await folders.remove(recordingId);
  }
}
