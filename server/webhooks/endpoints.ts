import { createHash } from 'node:crypto';
import type { WebhookEventType } from '../../protocol/webhooks.ts';
import type { Config } from '../config/loadConfig.ts';

/** Whom to tell, and how. */
export interface Endpoint {
  /** The same on every node, and as long as the address is the same. */
  readonly id: string;
  readonly url: string;
  /** To sign with: the current one and, while receivers change over, the one before. */
  readonly secrets: readonly string[];
  readonly events: readonly WebhookEventType[];
}

const ID_LENGTH = 12;

export function endpointsOf({ endpoints }: Config['webhooks']): readonly Endpoint[] {
  return endpoints.map(({ url, secret, previousSecret, events }) => ({
    id: createHash('sha256').update(url).digest('hex').slice(0, ID_LENGTH),
    url,
    secrets: previousSecret === null ? [secret] : [secret, previousSecret],
    events,
  }));
}
