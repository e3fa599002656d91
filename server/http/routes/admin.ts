import type { AdminService } from '../../admin/AdminService.ts';
import type { WebhookAdmin } from '../../admin/WebhookAdmin.ts';
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
  webhookAdmin: Pick<WebhookAdmin, 'listEndpoints' | 'listDeliveries' | 'redeliver'>;
}

export function createAdminRoutes({ admin, webhookAdmin }: AdminRouteDeps) {
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

    listWebhookEndpoints: async () => ({ endpoints: await webhookAdmin.listEndpoints() }),

    listWebhookDeliveries: ({ query: { endpoint, state, before, limit } }) =>
      webhookAdmin.listDeliveries({ endpoint, state, before, limit }),

    async redeliverWebhooks({ principal, body: { endpoint, eventId } }) {
      return { count: await webhookAdmin.redeliver(principal, endpoint, eventId) };
    },
  } satisfies Partial<RouteHandlers>;
}
