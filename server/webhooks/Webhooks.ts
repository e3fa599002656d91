import type { Logger } from '../core/logger.ts';
import type { Config } from '../config/loadConfig.ts';
import { endpointsOf } from './endpoints.ts';
import { Lane, type LaneOutcome } from './Lane.ts';
import type { DeliveryStore } from './stores.ts';

export interface WebhooksDeps {
  store: DeliveryStore;
  config: Config['webhooks'];
  observe: (outcome: LaneOutcome) => void;
  logger: Logger;
}

const HOUSEKEEPING_INTERVAL_MS = 3_600_000;
const BACKLOG_INTERVAL_MS = 10_000;
const DAY_MS = 86_400_000;

/** What is still to be told, on all nodes together. */
export interface Backlog {
  pending: number;
  oldestMs: number;
}

/**
 * Tells the configured endpoints what has happened. Every signaling node does: whichever takes a
 * delivery first, and another if that one is lost with it.
 */
export class Webhooks {
  readonly #deps: WebhooksDeps;
  readonly #lanes: readonly Lane[];
  readonly #timers: readonly NodeJS.Timeout[];
  #backlog: Backlog = { pending: 0, oldestMs: 0 };

  constructor(deps: WebhooksDeps) {
    this.#deps = deps;
    const { store, config, observe, logger } = deps;
    this.#lanes = endpointsOf(config).map(
      (endpoint) => new Lane(endpoint, { store, schedule: config, observe, logger }),
    );
    store.onStored(() => {
      for (const lane of this.#lanes) lane.wake();
    });
    this.#timers = [
      // Also where there are no endpoints any more.
      setInterval(() => void this.#purge(), HOUSEKEEPING_INTERVAL_MS).unref(),
      ...(this.#lanes.length > 0
        ? [setInterval(() => void this.#look(), BACKLOG_INTERVAL_MS).unref()]
        : []),
    ];
  }

  /** As it was a few seconds ago. */
  get backlog(): Backlog {
    return this.#backlog;
  }

  /** Idempotent. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }

  async #purge(): Promise<void> {
    const { store, config, logger } = this.#deps;
    try {
      const count = await store.purge(config.keepDays * DAY_MS);
      if (count > 0) logger.info({ count }, 'old webhooks removed');
    } catch (error) {
      logger.warn({ err: error }, 'old webhooks not removed');
    }
  }

  async #look(): Promise<void> {
    try {
      // What is still pending for others nobody will take.
      this.#backlog = await this.#deps.store.backlog(
        this.#lanes.map(({ endpointId }) => endpointId),
      );
    } catch (error) {
      this.#deps.logger.debug({ err: error }, 'pending webhooks were not counted');
    }
  }
}
