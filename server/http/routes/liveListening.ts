import type { LiveAccess } from '../../live/LiveAccess.ts';
import type { LiveListening } from '../../live/LiveListening.ts';
import type { RouteHandlers } from '../bindRoutes.ts';
import { LISTENER_COOKIE } from '../liveKeys.ts';

export interface LiveListeningRouteDeps {
  liveAccess: Pick<LiveAccess, 'enter'>;
  liveListening: Pick<LiveListening, 'watch' | 'health'>;
}

export function createLiveListeningRoutes({ liveAccess, liveListening }: LiveListeningRouteDeps) {
  return {
    async enterLiveRoom({ principal, params: { roomId }, body, address, setCookie }) {
      const userId = principal?.kind === 'account' ? principal.userId : null;
      const { token, expiresAt, hlsUrl } = await liveAccess.enter(roomId, body.pin, {
        ...{ userId, address },
      });
      // Players of their own kind send no headers of ours with what they ask for.
      setCookie({ name: LISTENER_COOKIE, value: token, path: `/api/rooms/${roomId}`, expiresAt });
      return { token, expiresAt: new Date(expiresAt).toISOString(), hlsUrl };
    },

    watchLiveRoom: ({ params, query }) => liveListening.watch(params.roomId, query.listener),

    async readLiveHealth({ principal, params }) {
      return { health: await liveListening.health(principal.userId, params.roomId) };
    },
  } satisfies Partial<RouteHandlers>;
}
