import type { z } from 'zod';
import type { RequestSchema, RouteSchema } from './schemas.ts';

export const chatRequests = {} as const satisfies Record<string, RequestSchema>;

/** To the members of a chat room. */
export const chatNotifications = {} as const satisfies Record<string, z.ZodType>;

export const chatRoutes = {} as const satisfies Record<string, RouteSchema>;
