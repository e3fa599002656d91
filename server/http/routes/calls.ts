import type { CallHistory } from '../../calls/CallHistory.ts';
import type { RouteHandlers } from '../bindRoutes.ts';

export interface CallRouteDeps {
  calls: Pick<CallHistory, 'list' | 'export' | 'read' | 'markSeen' | 'countMissed'>;
}

export function createCallRoutes({ calls }: CallRouteDeps) {
  return {
    listCallLogs: ({ principal, query: { before, limit, ...filter } }) =>
      calls.list(principal.userId, filter, { limit, ...(before !== undefined && { before }) }),

    async exportCallLogs({ principal, query }) {
      return { csv: await calls.export(principal.userId, query) };
    },

    async markCallsSeen({ principal: { userId } }) {
      await calls.markSeen(userId);
      return { missed: await calls.countMissed(userId) };
    },

    readCall: ({ principal, params }) => calls.read(principal.userId, params.callId),
  } satisfies Partial<RouteHandlers>;
}
