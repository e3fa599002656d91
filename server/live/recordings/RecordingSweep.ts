import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../core/logger.ts';
import { prefixOf, type RecordingStorage } from './RecordingStorage.ts';
import type { RecordingRecord, RecordingStore } from './stores.ts';

export interface RecordingSweepDeps {
  store: RecordingStore;
  storage: RecordingStorage;
  /** Whether a node is there, as far as this one knows. */
  isAlive: (node: string) => boolean;
  /** Mixers have something to do. */
  tellMixers: () => void;
  /** How long a meeting that nobody is in is recorded, milliseconds; null: without an end. */
  stopEmptyAfterMs: number | null;
  /** How long a node may be away until what it has written counts as lost, milliseconds. */
  lostAfterMs: number;
  logger: Logger;
  /** Milliseconds since the Unix epoch. */
  now: () => number;
}

const EVERY_MS = 5_000;
/** A mixer that is to write says so by then. */
const NOTHING_AFTER_MS = 60_000;

/**
 * Housekeeping of recordings, on every node that serves clients: those of meetings that are over stop, what is too old
 * goes, and nobody waits for ever for a machine that does not come back. Doing it twice does no harm.
 */
export class RecordingSweep {
  readonly #deps: RecordingSweepDeps;
  readonly #stop = new AbortController();
  #look = new AbortController();
  #running: Promise<void> | null = null;

  constructor(deps: RecordingSweepDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Now, and not at the next look. */
  look(): void {
    this.#look.abort();
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#look.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      this.#look = new AbortController();
      try {
        await this.#sweep();
      } catch (error) {
        // The database or the storage is away, say; the next round looks again.
        this.#deps.logger.warn({ err: error }, 'recordings could not be looked after');
      }
      const until = AbortSignal.any([signal, this.#look.signal]);
      await sleep(EVERY_MS, undefined, { signal: until }).catch(() => undefined);
    }
  }

  async #sweep(): Promise<void> {
    const { store, storage, tellMixers, stopEmptyAfterMs, now, logger } = this.#deps;
    const emptySince = stopEmptyAfterMs === null ? null : now() - stopEmptyAfterMs;
    const stopped = await store.sweep(now(), emptySince);
    if (stopped.length > 0) tellMixers();
    for (const recording of await store.processing()) await this.#giveUp(recording);
    for (const { id } of await store.removed()) {
      await storage.remove(await storage.list(prefixOf(id)));
      await store.erase(id);
      logger.info({ recordingId: id }, 'recording removed');
    }
  }

  async #giveUp({ id, endedAt }: RecordingRecord): Promise<void> {
    const { store, isAlive, lostAfterMs, logger, now } = this.#deps;
    const age = now() - (endedAt ?? now());
    let parts = await store.parts(id);
    if (age > lostAfterMs) {
      for (const { part, node, state } of parts) {
        if (state === 'stored' || state === 'lost' || isAlive(node)) continue;
        logger.warn({ recordingId: id, part, node }, 'part of a recording is lost');
        await store.setPart(id, part, 'lost', ['writing', 'written']);
      }
      parts = await store.parts(id);
    }
    const isNothing = parts.every(({ state }) => state === 'lost');
    if (!isNothing || age < NOTHING_AFTER_MS) return;
    const reason =
      parts.length === 0
        ? 'Nothing was recorded.'
        : 'What was recorded is lost with the machine that wrote it.';
    await store.fail(id, reason, null);
  }
}
