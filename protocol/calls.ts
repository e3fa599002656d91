import { z } from 'zod';
import { id } from './primitives.ts';
import type { RequestSchema, RouteSchema } from './schemas.ts';

export const callRequests = {
  /** Say who one is; the token has said so already. `user:joined` tells the same. */
  'user:join': {
    input: z.strictObject({ userId: id }),
    output: z.object({ userId: id, socketId: z.string() }),
    idempotent: true,
    refusals: ['FORBIDDEN'],
  },
} as const satisfies Record<string, RequestSchema>;

/** To the devices of the two parties of a call. */
export const callNotifications = {
  /** To the connection that has said who it is. */
  'user:joined': z.object({ userId: id, socketId: z.string() }),
} as const satisfies Record<string, z.ZodType>;

export const callRoutes = {} as const satisfies Record<string, RouteSchema>;
