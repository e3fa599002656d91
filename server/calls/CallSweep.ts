import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../core/logger.ts';
import type { CallMetrics } from './CallMetrics.ts';
import type { CallService } from './CallService.ts';
import type { CallStore, HistoryStore } from './stores.ts';

const DAY_MS = 86_400_000;
const EVERY_MS = 1_000;
/** Connections of nodes that are gone are looked for in every so many rounds. */
const ROUNDS_PER_SEARCH = 5;
const ROUNDS_PER_PURGE = 600;
/** Calls that are done with in one round. */
const AT_ONCE = 100;
/** What ended long ago is asked for by nobody: repeated requests come within seconds. */
const KEEP_ENDED_MS = 3_600_000;
/** A node that has just come up does not know the others yet. */
const SETTLED_AFTER_MS = 15_000;

export interface CallSweepDeps {
  calls: CallStore;
  history: Pick<HistoryStore, 'purge'>;
  service: Pick<CallService, 'look' | 'markLost'>;
  nodeOf: (connectionId: string) => string;
  /** Whether a node is there, as far as this one knows. */
  isAlive: (node: string) => boolean;
  metrics: Pick<CallMetrics, 'live'>;
  logger: Logger;
  now: () => number;
  historyDays: number;
}

/**
 * Does what is due: calls that nobody answers, parties that do not come back, history that is too old.
 * Every signaling node has one, and each thing is done once: by whoever changes the row first.
 */
export class CallSweep {
  readonly #deps: CallSweepDeps;
  readonly #stop = new AbortController();
  readonly #upSince: number;
  #running: Promise<void> | null = null;
  #round = 0;

  constructor(deps: CallSweepDeps) {
    this.#deps = deps;
    this.#upSince = deps.now();
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** A node is known to be gone, and with it the connections that it had. */
  async handleDead(node: string): Promise<void> {
    const { nodeOf, logger } = this.#deps;
    try {
      await this.#markLost((connectionId) => nodeOf(connectionId) === node);
    } catch (error) {
      // They are looked for again in a few seconds.
      logger.warn({ err: error }, 'calls of a dead node could not be looked after');
    }
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#sweep();
      } catch (error) {
        // The database is away, say; the next round looks again.
        this.#deps.logger.warn({ err: error }, 'calls could not be looked after');
      }
      await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #sweep(): Promise<void> {
    const { calls, history, service, metrics, now, historyDays } = this.#deps;
    for (const id of await calls.due(now(), AT_ONCE)) await service.look(id);
    const round = this.#round++;
    if (round % ROUNDS_PER_SEARCH === 0) {
      metrics.live(await calls.countLive());
      await this.#searchLost();
    }
    if (round % ROUNDS_PER_PURGE === 0) {
      await calls.purge(now() - KEEP_ENDED_MS);
      await history.purge(now() - historyDays * DAY_MS);
    }
  }

  async #searchLost(): Promise<void> {
    const { nodeOf, isAlive, now } = this.#deps;
    if (now() - this.#upSince < SETTLED_AFTER_MS) return;
    await this.#markLost((connectionId) => !isAlive(nodeOf(connectionId)));
  }

  async #markLost(isLost: (connectionId: string) => boolean): Promise<void> {
    const { calls, service } = this.#deps;
    for (const { callId, connectionId } of await calls.boundConnections()) {
      if (isLost(connectionId)) await service.markLost(callId, connectionId);
    }
  }
}
