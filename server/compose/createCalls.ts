import { iceServersFor } from '../auth/iceServers.ts';
import { CallHistory } from '../calls/CallHistory.ts';
import { CallService } from '../calls/CallService.ts';
import { CallSweep } from '../calls/CallSweep.ts';
import { partsOf } from '../meetings/connectionIds.ts';
import type { Presence } from '../people/presence/Presence.ts';
import type { TalkDeps } from './createTalk.ts';

/** Longest title of a meeting. */
const MAX_TITLE = 120;

/** Direct calls and everybody's history of them. */
export function createCalls(
  deps: TalkDeps,
  presence: Pick<Presence, 'setInCall' | 'isReachable'>,
): { service: CallService; history: CallHistory } {
  const { config, cluster, database, deliveries, clients, meetings } = deps;
  const { rateLimits, metrics, logger, releases } = deps;
  const { registry, failures } = cluster;
  const { calls: counted } = metrics;
  const { calls, callHistory: history, people, users } = database;
  const { historyDays, ...times } = config.calls;
  const service = new CallService({
    ...{ calls, history, people, deliveries, logger, times },
    metrics: counted,
    isOnline: (userId) => presence.isReachable(userId),
    async createMeeting(host, others) {
      const [emails, guests] = await Promise.all([users.emailsOf(others), people.find(others)]);
      const names = [host.name, ...guests.map(({ name }) => name)].join(', ');
      return meetings.service.create(host, {
        title: names.length > MAX_TITLE ? host.name : names,
        ...{ access: 'invited', invited: emails, waitingRoom: false, allowGuests: false },
      });
    },
    async admitTo(meetingId, others) {
      const [{ hostId }, invited, emails] = await Promise.all([
        meetings.service.read(meetingId),
        meetings.service.invitedOf(meetingId),
        users.emailsOf(others),
      ]);
      await meetings.service.update({ userId: hostId }, meetingId, {
        invited: [...new Set([...invited, ...emails])],
      });
    },
    async discardMeeting(host, meetingId) {
      await meetings.service.end(host, meetingId);
    },
    onTalking(userIds, isTalking) {
      for (const userId of userIds) presence.setInCall(userId, isTalking);
    },
    limitInitiation: (userId) => rateLimits.consume('callPerAccount', userId),
    iceFor: (userId) => ({
      iceServers: iceServersFor(config.ice, userId, Date.now()),
      iceTransportPolicy: config.ice.policy,
    }),
    now: Date.now,
  });
  clients.on('gone', ({ connectionId, principal }) => {
    if (principal.kind !== 'account') return;
    service.lose(principal.userId, connectionId).catch((error: unknown) => {
      logger.warn({ err: error }, 'a call whose party is gone was not told');
    });
  });
  const sweep = new CallSweep({
    ...{ calls, history, service, logger, historyDays },
    metrics: counted,
    nodeOf: (connectionId) => partsOf(connectionId).node,
    isAlive: (node) => registry.find(node) !== undefined,
    now: Date.now,
  });
  failures.on('dead', (node) => void sweep.handleDead(node));
  sweep.start();
  releases.push('calls', () => sweep.close());
  return { service, history: new CallHistory({ calls, history, historyDays, now: Date.now }) };
}
