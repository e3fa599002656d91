import type { EventEmitter } from 'node:events';
import type { AuthService } from '../auth/AuthService.ts';
import type { RateLimits } from '../auth/RateLimits.ts';
import type { CallHistory } from '../calls/CallHistory.ts';
import type { Config } from '../config/loadConfig.ts';
import type { Deliveries } from '../core/Deliveries.ts';
import type { Logger } from '../core/logger.ts';
import type { Database } from '../db/openDatabase.ts';
import { AccountDeletion } from '../people/AccountDeletion.ts';
import type { ClientEvents } from '../signaling/ClientEvents.ts';
import { callHandlers } from '../signaling/handlers/calls.ts';
import { chatHandlers } from '../signaling/handlers/chat.ts';
import { peopleHandlers } from '../signaling/handlers/people.ts';
import type { UserHandlers } from '../signaling/handlers/UserHandlers.ts';
import { createChat, type Chat } from './createChat.ts';
import type { Metrics } from '../metrics/createMetrics.ts';
import { createCalls } from './createCalls.ts';
import type { Meetings } from './createMeetings.ts';
import { createPeople, type People } from './createPeople.ts';
import type { Cluster } from './openCluster.ts';
import type { Releases } from './Releases.ts';

export interface TalkDeps {
  config: Config;
  auth: AuthService;
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
  chat: Chat;
  people: People;
  calls: CallHistory;
  deletion: AccountDeletion;
}

/** Messages, contacts and presence, and calls: each a domain of its own, which meet here. */
export function createTalk(deps: TalkDeps): Talk {
  const people = createPeople(deps);
  const chat = createChat(deps);
  const calls = createCalls(deps, people.presence);
  const { database, deliveries, meetings, auth, logger } = deps;
  const deletion = new AccountDeletion({
    ...{ auth, logger },
    accounts: database.accounts,
    endMeeting: (account, meetingId) => meetings.service.end(account, meetingId),
    partFromAll: (userId) => people.service.partFromAll(userId),
    tellChanged: ({ roomId, ...room }) => chat.audience.tellAnew(roomId, room),
  });
  return {
    handlers: {
      ...peopleHandlers(people.presence),
      ...chatHandlers(chat, deliveries),
      ...callHandlers({ deliveries, calls: calls.service, history: calls.history }),
    },
    people,
    chat,
    calls: calls.history,
    deletion,
  };
}
