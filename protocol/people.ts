import { z } from 'zod';
import { displayName, id } from './primitives.ts';
import type { RequestSchema, RouteSchema } from './schemas.ts';

/** Somebody with an account, as others see them. */
export const personView = z.object({
  id,
  name: displayName,
  /** Address of their picture on this server; null: none. */
  avatarUrl: z.string().nullable(),
});
export type PersonView = z.infer<typeof personView>;

export const peopleRequests = {} as const satisfies Record<string, RequestSchema>;

/** To one's contacts, or to all of one's own devices. */
export const peopleNotifications = {
  /**
   * This node could not hear from others for a while: ask again for what may have been missed, which is
   * contacts, chat rooms and calls.
   */
  'sync-needed': z.object({}),
} as const satisfies Record<string, z.ZodType>;

export const peopleRoutes = {} as const satisfies Record<string, RouteSchema>;
