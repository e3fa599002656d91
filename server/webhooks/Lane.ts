import { setTimeout as sleep } from 'node:timers/promises';
import { WEBHOOK_VERSION, type WebhookEvent } from '../../protocol/webhooks.ts';
import type { Logger } from '../core/logger.ts';
import type { Endpoint } from './endpoints.ts';
import { post, type Outcome } from './post.ts';
import { retryDelay, type RetrySchedule } from './retryDelay.ts';
import { sign } from './sign.ts';
import type { Delivery, DeliveryStore } from './stores.ts';

export type LaneOutcome = 'delivered' | 'failed' | 'given_up';

export interface LaneDeps {
  store: DeliveryStore;
  logger: Logger;
  schedule: RetrySchedule & { timeoutMs: number };
  observe: (outcome: LaneOutcome) => void;
}

/** Deliveries under way to one endpoint at a time, from this node. */
const BATCH = 16;
/** How often a node looks for what others have left undone. */
const POLL_MS = 5_000;
/** A batch is taken for two attempts one after the other, and what lies between them. */
const LEASE_SLACK_MS = 1_000;
/** When a node stops, what is under way has this long: whatever is broken off is sent twice. */
const CLOSE_GRACE_MS = 2_000;
/** Answer of an endpoint that is gone for good: asking it again is of no use. */
const GONE = 410;

/**
 * What goes to one endpoint: an endpoint that is slow keeps nobody else waiting. Events of a meeting
 * go one after another, as far as none has to be tried again; different meetings side by side.
 */
export class Lane {
  readonly #endpoint: Endpoint;
  readonly #deps: LaneDeps;
  /** Nothing new is begun. */
  readonly #closing = new AbortController();
  /** What is under way is broken off. */
  readonly #closed = new AbortController();
  readonly #running: Promise<void>;
  /** The database does not answer, which was said when it began. */
  #isAway = false;
  #pause = new AbortController();

  constructor(endpoint: Endpoint, deps: LaneDeps) {
    this.#endpoint = endpoint;
    this.#deps = deps;
    this.#running = this.#run();
  }

  get endpointId(): string {
    return this.#endpoint.id;
  }

  /** There may be something due. */
  wake(): void {
    this.#pause.abort();
  }

  /** What is still to be told is left to other nodes, or to the next start. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    const timer = setTimeout(() => this.#closed.abort(), CLOSE_GRACE_MS);
    await this.#running;
    clearTimeout(timer);
  }

  async #run(): Promise<void> {
    const { store, logger } = this.#deps;
    const { id } = this.#endpoint;
    while (!this.#closing.signal.aborted) {
      this.#pause = new AbortController();
      let pauseMs = POLL_MS;
      try {
        pauseMs = (await this.#serve())
          ? 0
          : Math.min(POLL_MS, (await store.nextDueMs(id)) ?? POLL_MS);
        this.#isAway = false;
      } catch (error) {
        if (!this.#isAway) {
          logger.warn({ err: error, endpoint: id }, 'webhooks wait for the database');
        }
        this.#isAway = true;
      }
      const signal = AbortSignal.any([this.#pause.signal, this.#closing.signal]);
      if (pauseMs > 0) await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** @returns whether there was anything due */
  async #serve(): Promise<boolean> {
    const { store, schedule } = this.#deps;
    const leaseMs = 2 * schedule.timeoutMs + LEASE_SLACK_MS;
    const startBefore = Date.now() + schedule.timeoutMs;
    const claimed = await store.claim(this.#endpoint.id, { limit: BATCH, leaseMs });
    const byMeeting = Map.groupBy(claimed, ({ meetingId }) => meetingId);
    const outcomes = await Promise.allSettled(
      [...byMeeting.values()].map((some) => this.#inOrder(some, startBefore)),
    );
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    return claimed.length > 0;
  }

  async #inOrder(deliveries: readonly Delivery[], startBefore: number): Promise<void> {
    for (const [index, delivery] of deliveries.entries()) {
      if (this.#closing.signal.aborted || Date.now() > startBefore) {
        await this.#deps.store.release(deliveries.slice(index));
        return;
      }
      await this.#deliver(delivery);
    }
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const { store, schedule, observe } = this.#deps;
    const outcome = await this.#attempt(delivery);
    if (outcome.delivered && outcome.status !== null) {
      observe('delivered');
      await store.settle(delivery, outcome.status);
      return;
    }
    if (this.#closed.signal.aborted) {
      await store.release([delivery]);
      return;
    }
    const failed = delivery.attempts + 1;
    const retryMs =
      outcome.status === GONE
        ? null
        : retryDelay(failed, schedule, Math.random(), outcome.retryAfterMs);
    observe(retryMs === null ? 'given_up' : 'failed');
    this.#log(delivery, outcome, retryMs);
    await store.fail(delivery, { ...outcome, retryMs });
  }

  #attempt({ eventId, type, at, data }: Delivery): Promise<Outcome> {
    const { url, secrets } = this.#endpoint;
    const timestamp = new Date(at).toISOString();
    // What stands in `data` was made for this type where it was stored.
    const event = { type, version: WEBHOOK_VERSION, timestamp, data } as WebhookEvent;
    const body = JSON.stringify(event);
    const headers = sign(secrets, { eventId, sentAt: Date.now(), body });
    const { timeoutMs } = this.#deps.schedule;
    return post(url, body, headers, { timeoutMs, stop: this.#closed.signal });
  }

  #log({ eventId, type, attempts }: Delivery, outcome: Outcome, retryMs: number | null): void {
    const { logger } = this.#deps;
    const { status, error } = outcome;
    const about = { endpoint: this.#endpoint.id, eventId, type, attempts: attempts + 1 };
    if (retryMs === null) logger.error({ ...about, status, reason: error }, 'webhook given up');
    else logger.info({ ...about, status, reason: error, retryMs }, 'webhook failed');
  }
}
