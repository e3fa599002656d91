import type { LiveAccess } from '../../live/LiveAccess.ts';
import type { LiveListening } from '../../live/LiveListening.ts';
import type { ListenerChat } from '../../live/chat/ListenerChat.ts';
import type { Replays } from '../../live/Replays.ts';
import { replayFilePath } from '../replayFiles.ts';
import type { RouteHandlers } from '../bindRoutes.ts';
import { LISTENER_COOKIE } from '../cookies.ts';

export interface LiveListeningRouteDeps {
  liveAccess: Pick<LiveAccess, 'enter'>;
  liveListening: Pick<LiveListening, 'watch' | 'health'>;
  listenerChat: Pick<ListenerChat, 'read' | 'write'>;
  replays: Pick<Replays, 'open'>;
}

export function createLiveListeningRoutes(deps: LiveListeningRouteDeps) {
  const { liveAccess, liveListening, listenerChat, replays } = deps;
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

    readLiveChat: ({ principal: { token }, params, query, address }) =>
      listenerChat.read(params.roomId, { token, address }, query.after ?? null),

    async writeLiveChat({ principal: { token }, params, body, address }) {
      return { message: await listenerChat.write(params.roomId, { token, address }, body) };
    },

    async openLiveReplay({ principal: { token }, params: { roomId }, address }) {
      const { ticket, durationMs, expiresAt } = await replays.open(roomId, { token, address });
      const url = replayFilePath(roomId, ticket);
      return { url, durationMs, expiresAt: new Date(expiresAt).toISOString() };
    },

    async readLiveHealth({ principal, params }) {
      return { health: await liveListening.health(principal.userId, params.roomId) };
    },
  } satisfies Partial<RouteHandlers>;
}
