import type { RateLimits } from '../../auth/RateLimits.ts';
import type { LivePushes } from '../../live/LivePushes.ts';
import type { LiveRooms } from '../../live/LiveRooms.ts';
import { ownView, publicView } from '../../live/views.ts';
import type { RouteHandlers } from '../bindRoutes.ts';

export interface LiveRouteDeps {
  live: Pick<
    LiveRooms,
    'create' | 'list' | 'ofMeeting' | 'read' | 'update' | 'start' | 'stop' | 'remove'
  >;
  livePushes: Pick<LivePushes, 'add' | 'remove'>;
  rateLimits: RateLimits;
}

export function createLiveRoutes({ live, livePushes, rateLimits }: LiveRouteDeps) {
  return {
    async createLiveRoom({ principal, body }) {
      await rateLimits.consume('createMeetingPerAccount', principal.userId);
      return { room: ownView(await live.create(principal, body)) };
    },

    async listLiveRooms({ principal, query: { before, limit, meeting } }) {
      if (meeting !== undefined) {
        const found = await live.ofMeeting(principal, meeting);
        return { rooms: found ? [ownView(found)] : [], next: null };
      }
      const page = await live.list(principal, { limit, ...(before !== undefined && { before }) });
      return { rooms: page.rooms.map(ownView), next: page.next };
    },

    async readLiveRoom({ principal, params }) {
      const found = await live.read(params.roomId);
      const isOwn = principal?.userId === found.room.hostId;
      return { room: isOwn ? ownView(found) : publicView(found) };
    },

    async updateLiveRoom({ principal, params, body }) {
      return { room: ownView(await live.update(principal, params.roomId, body)) };
    },

    async startLiveRoom({ principal, params }) {
      return { room: ownView(await live.start(principal, params.roomId)) };
    },

    async stopLiveRoom({ principal, params }) {
      return { room: ownView(await live.stop(principal, params.roomId)) };
    },

    async addLivePush({ principal, params, body }) {
      return { push: await livePushes.add(principal, params.roomId, body.url) };
    },

    async removeLivePush({ principal, params }) {
      await livePushes.remove(principal, params.roomId, params.pushId);
      return undefined;
    },

    async removeLiveRoom({ principal, params }) {
      return { room: ownView(await live.remove(principal, params.roomId)) };
    },
  } satisfies Partial<RouteHandlers>;
}
