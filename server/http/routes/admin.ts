import type { AdminService } from '../../admin/AdminService.ts';
import { toMeetingView } from '../../meetings/views.ts';
import type { RouteHandlers } from '../bindRoutes.ts';

export interface AdminRouteDeps {
  admin: Pick<
    AdminService,
    | 'listNodes'
    | 'markNode'
    | 'listMeetings'
    | 'readMeeting'
    | 'moveMeeting'
    | 'endMeeting'
    | 'listActs'
  >;
}

export function createAdminRoutes({ admin }: AdminRouteDeps) {
  return {
    listNodes: () => Promise.resolve(admin.listNodes()),

    async markNode({ principal, params, body }) {
      return { node: await admin.markNode(principal, params.instanceId, body.mark) };
    },

    listLiveMeetings: ({ query: { before, limit } }) => admin.listMeetings({ before, limit }),

    readLiveMeeting: ({ params }) => admin.readMeeting(params.idOrCode),

    async moveMeeting({ principal, params, body }) {
      return { owner: await admin.moveMeeting(principal, params.idOrCode, body.to) };
    },

    async endAnyMeeting({ principal, params }) {
      return { meeting: toMeetingView(await admin.endMeeting(principal, params.idOrCode)) };
    },

    listOperatorActs: ({ query: { before, limit } }) => admin.listActs({ before, limit }),
  } satisfies Partial<RouteHandlers>;
}
