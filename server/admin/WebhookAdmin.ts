import type { WebhookDelivery, WebhookEndpoint } from '../../protocol/admin.ts';
import type { Operator } from '../auth/Operators.ts';
import { maskUrl } from '../config/secrets.ts';
import { AppError } from '../core/AppError.ts';
import type { Endpoint } from '../webhooks/endpoints.ts';
import type { DeliveryStore } from '../webhooks/stores.ts';
import type { OperatorAudit } from './OperatorAudit.ts';

export interface WebhookAdminDeps {
  store: DeliveryStore;
  endpoints: readonly Endpoint[];
  audit: OperatorAudit;
}

const NOTHING = { pending: 0, delivered: 0, failed: 0, oldestPendingAt: null };

/** What operators see of webhooks, and do about those that did not arrive. */
export class WebhookAdmin {
  readonly #deps: WebhookAdminDeps;

  constructor(deps: WebhookAdminDeps) {
    this.#deps = deps;
  }

  /** The configured ones, and those that something is still stored for. */
  async listEndpoints(): Promise<WebhookEndpoint[]> {
    const { store, endpoints } = this.#deps;
    const counts = new Map((await store.counts()).map((one) => [one.endpoint, one]));
    const ids = new Set([...endpoints.map(({ id }) => id), ...counts.keys()]);
    return [...ids].map((id) => {
      const endpoint = endpoints.find((one) => one.id === id);
      const { pending, delivered, failed, oldestPendingAt } = counts.get(id) ?? NOTHING;
      return {
        ...{ id, pending, delivered, failed },
        url: endpoint ? maskUrl(endpoint.url) : null,
        events: [...(endpoint?.events ?? [])],
        oldestPendingAt: oldestPendingAt === null ? null : new Date(oldestPendingAt).toISOString(),
      };
    });
  }

  /** Newest first. */
  async listDeliveries(
    page: Parameters<DeliveryStore['list']>[0],
  ): Promise<{ deliveries: WebhookDelivery[]; next: number | null }> {
    const { deliveries, next } = await this.#deps.store.list(page);
    return {
      deliveries: deliveries.map(({ at, dueAt, ...delivery }) => ({
        ...delivery,
        at: new Date(at).toISOString(),
        dueAt: new Date(dueAt).toISOString(),
      })),
      next,
    };
  }

  /**
   * @param eventId all that were given up without it
   * @returns how many are sent again
   * @throws AppError NOT_FOUND for an endpoint that is not configured, or an event that is not stored
   */
  async redeliver(
    operator: Operator,
    endpointId: string,
    eventId: string | undefined,
  ): Promise<number> {
    const { store, endpoints, audit } = this.#deps;
    const endpoint = endpoints.find(({ id }) => id === endpointId);
    if (!endpoint) throw new AppError('NOT_FOUND', { message: 'There is no such endpoint.' });
    const count = await store.redeliver(endpointId, eventId);
    if (count === 0 && eventId !== undefined) {
      throw new AppError('NOT_FOUND', { message: 'This event is not stored for the endpoint.' });
    }
    if (count > 0) {
      const detail = { endpoint: maskUrl(endpoint.url), count: String(count) };
      await audit.record(operator, 'webhooks-redelivered', { detail });
    }
    return count;
  }
}
