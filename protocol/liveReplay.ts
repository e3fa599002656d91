import { z } from 'zod';
import { instant } from './primitives.ts';
import type { RouteSchema } from './schemas.ts';

/**
 * What listeners can watch when a room is over: nothing, not yet what is still recorded or put together, or the
 * video.
 */
export const replayState = z.enum(['none', 'preparing', 'ready']);
export type ReplayState = z.infer<typeof replayState>;

/** What was on air, for listeners. */
export const liveReplayRoutes = {
  /**
   * Watch what was recorded of a room that is over, where its host allows it: an address for a player, with a
   * ticket that ends. Gone at once with another PIN, the setting, or the recording.
   */
  openLiveReplay: {
    method: 'POST',
    path: '/api/rooms/:roomId/replay',
    auth: 'listener',
    status: 200,
    body: null,
    response: z.object({
      url: z.string(),
      durationMs: z.int().nullable(),
      /** Of the address. */
      expiresAt: instant,
    }),
    refusals: ['NOT_FOUND', 'FORBIDDEN', 'INVALID_STATE'],
  },
} as const satisfies Record<string, RouteSchema>;
