import { z } from 'zod';
import { displayName, epoch, id, instant } from './primitives.ts';
import { webhookEventType } from './webhooks.ts';

/**
 * What an operator wants of a node. `cordoned`: keeps what it has and gets nothing new; `draining`:
 * gives away what it has.
 */
export const nodeMark = z.enum(['ready', 'cordoned', 'draining']);
export type NodeMark = z.infer<typeof nodeMark>;

const nodeName = z.object({
  /** New for every start of the node. */
  instanceId: id,
  name: z.string(),
});

/** One node of the cluster, as of its last heartbeat. */
export const nodeView = nodeName.extend({
  roles: z.array(z.enum(['signaling', 'media', 'mixer'])),
  version: z.string(),
  region: z.string().nullable(),
  startedAt: instant,
  uptimeSec: z.int().nonnegative(),
  mark: nodeMark,
  /** Share of what its media workers can do that is in use, 0 to 1 and above. */
  load: z.number(),
  /** Its live media workers. */
  workers: z.array(z.object({ index: z.int(), load: z.number() })),
  /** Meetings that it owns. */
  meetings: z.int(),
  /** Connections of clients. */
  connections: z.int(),
  /** Routers that it carries media with. */
  routers: z.int(),
  // While nodes are upgraded, those of an earlier version do not tell.
  /** Participants whose media it carries. */
  participants: z.int().default(0),
  /** How many meetings it can mix at a time, for listeners and recordings; 0: it does not mix. */
  mixerCapacity: z.int().default(0),
  /** Milliseconds since its last heartbeat. */
  silentMs: z.number(),
  /** Whether it is the one that answers. */
  isSelf: z.boolean(),
});
export type NodeView = z.infer<typeof nodeView>;

/** A meeting that is in the memory of its owner. */
export const liveMeeting = z.object({
  id,
  code: z.string(),
  title: z.string(),
  /** Node that owns it. */
  owner: nodeName,
  /** Grows with every change of the owner. */
  epoch,
  participants: z.int(),
  waiting: z.int(),
  /** When the first of those who are in came; null when nobody has. */
  since: instant.nullable(),
});
export type LiveMeeting = z.infer<typeof liveMeeting>;

const routerRef = nodeName.extend({ worker: z.int() });

/** Where the media of a meeting is. */
export const placementView = z.object({
  /** At most one on each worker. */
  routers: z.array(routerRef.extend({ participants: z.int() })),
  /** Pairs of routers with a pipe, and how many producers cross it. */
  links: z.array(z.object({ ends: z.tuple([routerRef, routerRef]), producers: z.int() })),
});
export type PlacementView = z.infer<typeof placementView>;

/** Where webhooks go, and what has become of those that are still stored. */
export const webhookEndpoint = z.object({
  id,
  /** Without what may be secret in it; null for one that is not configured any more. */
  url: z.string().nullable(),
  events: z.array(webhookEventType),
  pending: z.int(),
  delivered: z.int(),
  /** Given up. */
  failed: z.int(),
  /** When the oldest that is pending happened. */
  oldestPendingAt: instant.nullable(),
});
export type WebhookEndpoint = z.infer<typeof webhookEndpoint>;

export const deliveryState = z.enum(['pending', 'delivered', 'failed']);

/** One webhook on its way to one endpoint. */
export const webhookDelivery = z.object({
  seq: z.int(),
  /** `webhook-id` of it. */
  eventId: id,
  endpoint: id,
  type: webhookEventType,
  meetingId: id,
  /** When it happened. */
  at: instant,
  state: deliveryState,
  /** Attempts so far. */
  attempts: z.int(),
  /** When it is tried next; of one that is not pending, since when it is not. */
  dueAt: instant,
  /** HTTP status of the last attempt; null where there was no answer. */
  lastStatus: z.int().nullable(),
  lastError: z.string().nullable(),
});
export type WebhookDelivery = z.infer<typeof webhookDelivery>;

export const OPERATOR_ACTIONS = [
  'node-marked',
  'meeting-moved',
  'meeting-ended',
  'webhooks-redelivered',
] as const;
export type OperatorAction = (typeof OPERATOR_ACTIONS)[number];

/** What an operator did, and to which node or meeting. */
export const operatorAct = z.object({
  id: z.int(),
  at: instant,
  action: z.enum(OPERATOR_ACTIONS),
  /** `userId` null: somebody with the token of the configuration. */
  actor: z.object({ userId: id.nullable(), name: displayName }),
  node: nodeName.nullable(),
  meeting: z.object({ id, title: z.string() }).nullable(),
  /** The mark that it got, the nodes that it was moved between, or the endpoint and how many webhooks. */
  detail: z.record(z.string(), z.string()),
});
export type OperatorAct = z.infer<typeof operatorAct>;
