import type { EventEmitter } from 'node:events';
import type { RateLimits } from '../auth/RateLimits.ts';
import type { CallHistory } from '../calls/CallHistory.ts';
import type { Config } from '../config/loadConfig.ts';
import type { Deliveries } from '../core/Deliveries.ts';
import type { Logger } from '../core/logger.ts';
import type { Database } from '../db/openDatabase.ts';
import type { ClientEvents } from '../signaling/ClientEvents.ts';
import { callHandlers } from '../signaling/handlers/calls.ts';
import type { UserHandlers } from '../signaling/handlers/UserHandlers.ts';
import type { Metrics } from '../metrics/createMetrics.ts';
import { createCalls } from './createCalls.ts';
import type { Meetings } from './createMeetings.ts';
import type { Cluster } from './openCluster.ts';
import type { Releases } from './Releases.ts';

export interface TalkDeps {
  config: Config;
  cluster: Cluster;
  database: Database;
  deliveries: Deliveries;
  /** Connections of this node. */
  clients: EventEmitter<ClientEvents>;
  meetings: Meetings;
  rateLimits: RateLimits;
  metrics: Metrics;
  logger: Logger;
  releases: Releases;
}

/** What people do outside of meetings. */
export interface Talk {
  handlers: UserHandlers;
  calls: CallHistory;
}

/** Messages, contacts and presence, and calls: each a domain of its own, which meet here. */
export function createTalk(deps: TalkDeps): Talk {
  const { deliveries } = deps;
  const calls = createCalls(deps);
  return {
    handlers: { ...callHandlers({ deliveries, calls: calls.service, history: calls.history }) },
    calls: calls.history,
  };
}
