import type { WebhookEvent, WebhookEventType } from '../../protocol/webhooks.ts';

/** One event on its way to one endpoint. */
export interface Delivery {
  /** Grows with every delivery that is stored. */
  seq: number;
  eventId: string;
  endpoint: string;
  type: WebhookEventType;
  meetingId: string;
  /** When it happened, milliseconds since the Unix epoch. */
  at: number;
  data: WebhookEvent['data'];
  /** Attempts that have failed. */
  attempts: number;
}

export type DeliveryState = 'pending' | 'delivered' | 'failed';

/** A delivery as operators see it. */
export interface DeliveryRecord extends Omit<Delivery, 'data'> {
  state: DeliveryState;
  /** When it is tried next; of one that is not pending, since when it is not. */
  dueAt: number;
  lastStatus: number | null;
  lastError: string | null;
}

/** Of one endpoint, as far as it is still stored. */
export interface DeliveryCounts {
  endpoint: string;
  pending: number;
  delivered: number;
  failed: number;
  /** When the oldest that is pending happened. */
  oldestPendingAt: number | null;
}

/** Durable deliveries. They are stored with the facts that they tell of, by whoever stores those. */
export interface DeliveryStore {
  /** Calls back whenever this process has stored events. */
  onStored(listener: () => void): void;
  /**
   * Takes what is due for an endpoint, the oldest first: nobody else gets it for as long as
   * `leaseMs`, and then somebody does unless it was settled.
   */
  claim(endpoint: string, how: { limit: number; leaseMs: number }): Promise<Delivery[]>;
  /** Gives back what was taken and not tried. */
  release(deliveries: readonly Delivery[]): Promise<void>;
  settle(delivery: Delivery, status: number): Promise<void>;
  /** @param retryMs null: it is not tried again */
  fail(
    delivery: Delivery,
    outcome: { status: number | null; error: string | null; retryMs: number | null },
  ): Promise<void>;
  /** Milliseconds until the next is due; null without any. */
  nextDueMs(endpoint: string): Promise<number | null>;
  /** What is pending for these endpoints, and for how long the oldest of it has been. */
  backlog(endpoints: readonly string[]): Promise<{ pending: number; oldestMs: number }>;
  counts(): Promise<DeliveryCounts[]>;
  /** Newest first. */
  list(page: {
    endpoint: string | undefined;
    state: DeliveryState | undefined;
    before: number | undefined;
    limit: number;
  }): Promise<{ deliveries: DeliveryRecord[]; next: number | null }>;
  /** Tries again: one event, or everything that was given up. @returns how many */
  redeliver(endpoint: string, eventId: string | undefined): Promise<number>;
  /** Removes what has not been due for that long. @returns how many */
  purge(ageMs: number): Promise<number>;
}
