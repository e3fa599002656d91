import type { EventEmitter } from 'node:events';
import type { RateLimits } from '../auth/RateLimits.ts';
import type { Config } from '../config/loadConfig.ts';
import type { Deliveries } from '../core/Deliveries.ts';
import type { Logger } from '../core/logger.ts';
import type { Database } from '../db/openDatabase.ts';
import type { ClientEvents } from '../signaling/ClientEvents.ts';
import { callHandlers } from '../signaling/handlers/calls.ts';
import { chatHandlers } from '../signaling/handlers/chat.ts';
import type { UserHandlers } from '../signaling/handlers/UserHandlers.ts';
import { createChat, type Chat } from './createChat.ts';
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
  logger: Logger;
  releases: Releases;
}

/** What people do outside of meetings. */
export interface Talk {
  handlers: UserHandlers;
  chat: Chat;
}

/** Messages, contacts and presence, and calls: each a domain of its own, which meet here. */
export function createTalk(deps: TalkDeps): Talk {
  const chat = createChat(deps);
  return {
    handlers: { ...callHandlers(deps.deliveries), ...chatHandlers(chat, deps.deliveries) },
    chat,
  };
}
