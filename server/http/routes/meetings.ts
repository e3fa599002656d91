import type { Principal } from '../../auth/Principal.ts';
import type { RateLimits } from '../../auth/RateLimits.ts';
import type { LiveRooms } from '../../live/LiveRooms.ts';
import type { Recordings } from '../../live/recordings/Recordings.ts';
import type { MeetingService } from '../../meetings/MeetingService.ts';
import type { MeetingRecord } from '../../meetings/stores.ts';
import { toMeetingView } from '../../meetings/views.ts';
import type { RouteHandlers } from '../bindRoutes.ts';

export interface MeetingRouteDeps {
  meetings: Pick<MeetingService, 'create' | 'list' | 'read' | 'invitedOf' | 'update' | 'end'>;
  live: Pick<LiveRooms, 'airedIn'>;
  recordings: Pick<Recordings, 'isOngoing'>;
  rateLimits: RateLimits;
}

export function createMeetingRoutes({ meetings, live, recordings, rateLimits }: MeetingRouteDeps) {
  /** With what only the host sees. */
  const present = async (meeting: MeetingRecord, principal: Principal | null) => ({
    meeting: {
      ...toMeetingView(meeting),
      ...(principal?.userId === meeting.hostId && {
        invited: await meetings.invitedOf(meeting.id),
      }),
    },
  });

  return {
    async createMeeting({ principal, body }) {
      await rateLimits.consume('createMeetingPerAccount', principal.userId);
      return present(await meetings.create(principal, body), principal);
    },

    async listMeetings({ principal, query: { before, limit } }) {
      const page = await meetings.list(principal.userId, {
        limit,
        ...(before !== undefined && { before }),
      });
      return { meetings: page.meetings.map(toMeetingView), next: page.next };
    },

    async readMeeting({ principal, params }) {
      const meeting = await meetings.read(params.idOrCode);
      const [body, aired, recording] = await Promise.all([
        present(meeting, principal),
        live.airedIn(meeting.id),
        recordings.isOngoing(meeting.id),
      ]);
      return { ...body, broadcast: { ...aired, recording } };
    },

    async updateMeeting({ principal, params, body }) {
      return present(await meetings.update(principal, params.idOrCode, body), principal);
    },

    async endMeeting({ principal, params }) {
      return { meeting: toMeetingView(await meetings.end(principal, params.idOrCode)) };
    },
  } satisfies Partial<RouteHandlers>;
}
