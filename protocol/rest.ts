import { z } from 'zod';
import {
  deliveryState,
  liveMeeting,
  nodeMark,
  nodeView,
  operatorAct,
  placementView,
  webhookDelivery,
  webhookEndpoint,
} from './admin.ts';
import { callRoutes } from './calls.ts';
import { chatRoutes } from './chatRoutes.ts';
import { access, autoAdmit, MAX_CAPACITY, meetingView, settingsChange } from './meetings.ts';
import {
  deviceId,
  displayName,
  email,
  id,
  instant,
  pageLimit,
  pageOf,
  meetingRef,
  passcode,
  password,
  title,
} from './primitives.ts';
import { peopleRoutes } from './people.ts';
import { broadcast, liveRoutes, NO_BROADCAST } from './live.ts';
import { recordingRoutes } from './recordings.ts';
import type { RouteSchema } from './schemas.ts';

export const account = z.object({ id, email, name: displayName });
export type Account = z.infer<typeof account>;

export const guest = z.object({ id, name: displayName, guest: z.literal(true) });
export type Guest = z.infer<typeof guest>;

const session = z.object({ token: z.string(), user: account });

export const page = z.strictObject(pageOf());

export const createMeeting = z.strictObject({
  title,
  passcode: passcode.exactOptional(),
  capacity: z.int().min(2).max(MAX_CAPACITY).exactOptional(),
  waitingRoom: z.boolean().exactOptional(),
  autoAdmit: autoAdmit.exactOptional(),
  allowGuests: z.boolean().exactOptional(),
  access: access.exactOptional(),
  /** Accounts that may enter a meeting with `access: 'invited'`, by email. */
  invited: z.array(email).max(500).exactOptional(),
  settings: settingsChange.exactOptional(),
  startsAt: instant.nullable().exactOptional(),
  endsAt: instant.nullable().exactOptional(),
});

export const updateMeeting = createMeeting.extend({
  title: title.exactOptional(),
  passcode: passcode.nullable().exactOptional(),
  locked: z.boolean().exactOptional(),
});

const meetingBody = z.object({ meeting: meetingView });
/** What only the host sees of a meeting. */
const ownMeetingBody = z.object({
  meeting: meetingView.extend({ invited: z.array(z.string()).optional() }),
});

/** Every HTTP route: method, path, status of success, request and response bodies, refusals. */
export const routes = {
  /** Create an account and sign in. */
  signup: {
    method: 'POST',
    path: '/api/auth/signup',
    auth: 'none',
    status: 201,
    body: z.strictObject({ email, name: displayName, password }),
    response: session,
    refusals: ['CONFLICT'],
  },
  /** Sign in. A wrong email and a wrong password are answered alike. */
  login: {
    method: 'POST',
    path: '/api/auth/login',
    auth: 'none',
    status: 200,
    body: z.strictObject({
      email,
      password: z.string().max(200),
      /** Failures are counted under it as well, whoever's accounts they were at. */
      deviceId: deviceId.exactOptional(),
    }),
    response: session,
    refusals: ['UNAUTHENTICATED'],
  },
  /** A token that opens one meeting and nothing else; who may enter is decided at the door. */
  guest: {
    method: 'POST',
    path: '/api/auth/guest',
    auth: 'none',
    status: 200,
    body: z.strictObject({ meeting: meetingRef, name: displayName }),
    response: z.object({ token: z.string(), user: guest }),
    refusals: ['NOT_FOUND', 'ENDED', 'GUESTS_NOT_ALLOWED'],
  },
  /** Revoke the token; connections that came with it are cut. */
  logout: {
    method: 'POST',
    path: '/api/auth/logout',
    auth: 'any',
    status: 204,
    body: null,
    response: null,
    refusals: [],
  },
  /** Whose token this is, and whether the routes under `/api/admin` are open to them. */
  me: {
    method: 'GET',
    path: '/api/users/me',
    auth: 'any',
    status: 200,
    body: null,
    response: z.object({
      user: z.union([account, guest]),
      // While nodes are upgraded, those of an earlier version do not tell.
      operator: z.boolean().default(false),
    }),
    refusals: [],
  },
  /** Create a meeting, to start now or as scheduled. */
  createMeeting: {
    method: 'POST',
    path: '/api/meetings',
    auth: 'account',
    status: 201,
    body: createMeeting,
    response: ownMeetingBody,
    refusals: [],
  },
  /** Meetings that the account hosts or has been in, newest first. */
  listMeetings: {
    method: 'GET',
    path: '/api/meetings',
    auth: 'account',
    status: 200,
    query: page,
    body: null,
    response: z.object({ meetings: z.array(meetingView), next: z.string().nullable() }),
    refusals: [],
  },
  /**
   * What anyone who knows the id or the join code may see, and to the host the invited emails. Whoever is about to
   * join is told whether people outside see and hear the meeting.
   */
  readMeeting: {
    method: 'GET',
    path: '/api/meetings/:idOrCode',
    auth: 'optional',
    status: 200,
    body: null,
    // While nodes are upgraded, those of an earlier version do not tell.
    response: ownMeetingBody.extend({ broadcast: broadcast.default(NO_BROADCAST) }),
    refusals: ['NOT_FOUND'],
  },
  /** Change a meeting; its host only. What is left out stays. `passcode: null` removes it. */
  updateMeeting: {
    method: 'PATCH',
    path: '/api/meetings/:idOrCode',
    auth: 'account',
    status: 200,
    body: updateMeeting,
    response: ownMeetingBody,
    refusals: ['NOT_FOUND', 'FORBIDDEN', 'ENDED', 'NO_CAPACITY', 'INVALID_STATE'],
  },
  /** End the meeting for everyone, for good; its host only. Ending it again answers the same. */
  endMeeting: {
    method: 'DELETE',
    path: '/api/meetings/:idOrCode',
    auth: 'account',
    status: 200,
    body: null,
    response: meetingBody,
    refusals: ['NOT_FOUND', 'FORBIDDEN', 'NO_CAPACITY', 'INVALID_STATE'],
  },
  /** Every node of the cluster. */
  listNodes: {
    method: 'GET',
    path: '/api/admin/nodes',
    auth: 'operator',
    status: 200,
    body: null,
    response: z.object({
      nodes: z.array(nodeView),
      /** Whether the registry of nodes answers; while it does not, nodes are as they were known last. */
      isRegistryReachable: z.boolean(),
    }),
    refusals: [],
  },
  /** Cordon a node, drain it, or take either back. What comes of it shows in the list of nodes. */
  markNode: {
    method: 'POST',
    path: '/api/admin/nodes/:instanceId/mark',
    auth: 'operator',
    status: 200,
    body: z.strictObject({ mark: nodeMark }),
    response: z.object({ node: nodeView }),
    refusals: ['NOT_FOUND'],
  },
  /** Live meetings of the whole cluster, those that began last first. */
  listLiveMeetings: {
    method: 'GET',
    path: '/api/admin/meetings',
    auth: 'operator',
    status: 200,
    query: page,
    body: null,
    response: z.object({
      meetings: z.array(liveMeeting),
      next: z.string().nullable(),
      /** Nodes that did not answer in time: their meetings are not in the list. */
      missing: z.array(z.object({ instanceId: id, name: z.string() })),
    }),
    refusals: [],
  },
  /** One live meeting, and where its media is. */
  readLiveMeeting: {
    method: 'GET',
    path: '/api/admin/meetings/:idOrCode',
    auth: 'operator',
    status: 200,
    body: null,
    response: z.object({ meeting: liveMeeting, placement: placementView }),
    refusals: ['NOT_FOUND', 'INVALID_STATE'],
  },
  /** Have another signaling node own the meeting; nobody in it notices. Media stays where it is. */
  moveMeeting: {
    method: 'POST',
    path: '/api/admin/meetings/:idOrCode/move',
    auth: 'operator',
    status: 200,
    body: z.strictObject({
      /** Instance that is to own it; whichever has the fewest meetings without it. */
      to: id.exactOptional(),
    }),
    response: z.object({ owner: z.object({ instanceId: id, name: z.string() }) }),
    refusals: ['NOT_FOUND', 'INVALID_STATE', 'NO_CAPACITY'],
  },
  /** End any meeting for everyone, for good. Ending it again answers the same. */
  endAnyMeeting: {
    method: 'POST',
    path: '/api/admin/meetings/:idOrCode/end',
    auth: 'operator',
    status: 200,
    body: null,
    response: meetingBody,
    refusals: ['NOT_FOUND', 'NO_CAPACITY', 'INVALID_STATE'],
  },
  /** What operators did, newest first. */
  listOperatorActs: {
    method: 'GET',
    path: '/api/admin/audit',
    auth: 'operator',
    status: 200,
    query: z.strictObject({
      /** `next` of the page before. */
      before: z.coerce.number().int().positive().optional(),
      limit: pageLimit(20),
    }),
    body: null,
    response: z.object({ acts: z.array(operatorAct), next: z.int().nullable() }),
    refusals: [],
  },
  /** Where webhooks go, and how much of it has arrived. */
  listWebhookEndpoints: {
    method: 'GET',
    path: '/api/admin/webhooks',
    auth: 'operator',
    status: 200,
    body: null,
    response: z.object({ endpoints: z.array(webhookEndpoint) }),
    refusals: [],
  },
  /** Webhooks that are still stored, newest first. */
  listWebhookDeliveries: {
    method: 'GET',
    path: '/api/admin/webhooks/deliveries',
    auth: 'operator',
    status: 200,
    query: z.strictObject({
      /** All endpoints without it. */
      endpoint: id.exactOptional(),
      /** All states without it. */
      state: deliveryState.exactOptional(),
      /** `next` of the page before. */
      before: z.coerce.number().int().positive().optional(),
      limit: pageLimit(20),
    }),
    body: null,
    response: z.object({ deliveries: z.array(webhookDelivery), next: z.int().nullable() }),
    refusals: [],
  },
  /** Send again what was given up, or one event whatever became of it. */
  redeliverWebhooks: {
    method: 'POST',
    path: '/api/admin/webhooks/redeliver',
    auth: 'operator',
    status: 200,
    body: z.strictObject({
      endpoint: id,
      /** All that were given up without it. */
      eventId: id.exactOptional(),
    }),
    response: z.object({
      /** How many are sent again. */
      count: z.int(),
    }),
    refusals: ['NOT_FOUND'],
  },
  ...chatRoutes,
  ...peopleRoutes,
  ...callRoutes,
  ...liveRoutes,
  ...recordingRoutes,
} as const satisfies Record<string, RouteSchema>;

export type RouteName = keyof typeof routes;
export type RouteBody<N extends RouteName> = (typeof routes)[N]['body'] extends z.ZodType
  ? z.input<NonNullable<(typeof routes)[N]['body']>>
  : undefined;
export type RouteResponse<N extends RouteName> = (typeof routes)[N]['response'] extends z.ZodType
  ? z.output<NonNullable<(typeof routes)[N]['response']>>
  : undefined;
