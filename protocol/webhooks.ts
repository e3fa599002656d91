import { z } from 'zod';
import { leaveReason, role } from './meetings.ts';
import { id, instant } from './primitives.ts';

/** Of the payload. Fields may be added to a version; whatever changes or goes makes a new one. */
export const WEBHOOK_VERSION = 1;

const meeting = z.object({
  id,
  code: z.string(),
  title: z.string(),
  /** Account that made it. */
  hostId: id,
});

/** `id` is that of the stay: somebody who waits and is let in keeps it; who comes again gets another. */
const person = z.object({ id, userId: id, name: z.string() });
const stay = person.extend({ role, joinedAt: instant });

const event = <T extends string, D extends z.ZodRawShape>(type: T, data: D) =>
  z.object({
    type: z.literal(type),
    version: z.literal(WEBHOOK_VERSION),
    /** When it happened. */
    timestamp: instant,
    data: z.object({ meeting, ...data }),
  });

/** Body of a webhook, by what has happened. */
export const webhookEvent = z.discriminatedUnion('type', [
  /** Somebody has made a meeting; nobody is in it. */
  event('meeting.created', {}),
  /** The first one is in. It may start again after it was empty. */
  event('meeting.started', {}),
  /** The last one has left. */
  event('meeting.emptied', {}),
  /** It is over for everyone, for good. Nobody in it or in its waiting room is any more. */
  event('meeting.ended', {}),
  /** Somebody is in. `companion`: on a second screen of theirs. */
  event('participant.joined', { participant: stay.extend({ companion: z.boolean() }) }),
  /** Their stay is over. */
  event('participant.left', {
    participant: stay.extend({ leftAt: instant, reason: leaveReason }),
  }),
  /** Somebody has entered the waiting room. */
  event('participant.waiting', { participant: person }),
  /** Somebody who waited may come in. Whoever is there is in at once. */
  event('participant.admitted', { participant: person }),
  /** Somebody who waited was turned away. */
  event('participant.denied', { participant: person }),
  /** Somebody who waited has gone, or was away for too long. */
  event('participant.left_waiting_room', { participant: person }),
]);
export type WebhookEvent = z.infer<typeof webhookEvent>;
export type WebhookEventType = WebhookEvent['type'];

/** What may happen, as it is named in webhooks. */
export const webhookEventType = z.enum(webhookEvent.options.map(({ shape }) => shape.type.value));
export const WEBHOOK_EVENT_TYPES = webhookEventType.options;
