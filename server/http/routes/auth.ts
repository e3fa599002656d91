import type { AuthService } from '../../auth/AuthService.ts';
import type { Operators } from '../../auth/Operators.ts';
import type { RateLimits } from '../../auth/RateLimits.ts';
import type { MeetingService } from '../../meetings/MeetingService.ts';
import type { RouteHandlers } from '../bindRoutes.ts';

export interface AuthRouteDeps {
  auth: Pick<AuthService, 'signup' | 'login' | 'createGuest' | 'logout'>;
  meetings: Pick<MeetingService, 'assertGuestMayAsk'>;
  rateLimits: RateLimits;
  operators: Pick<Operators, 'isOperator'>;
}

export function createAuthRoutes({ auth, meetings, rateLimits, operators }: AuthRouteDeps) {
  return {
    signup: ({ body, address }) => auth.signup({ ...body, address }),

    login: ({ body, address }) => auth.login({ ...body, address }),

    async guest({ body, address }) {
      // First of all: it also limits who tries out join codes.
      await rateLimits.consume('guestPerAddress', address);
      const meeting = await meetings.assertGuestMayAsk(body.meeting);
      return auth.createGuest({ meetingId: meeting.id, name: body.name });
    },

    async logout({ principal }) {
      await auth.logout(principal);
    },

    me({ principal }) {
      const { userId: id, name } = principal;
      const user =
        principal.kind === 'account'
          ? { id, name, email: principal.email }
          : { id, name, guest: true as const };
      return Promise.resolve({ user, operator: operators.isOperator(principal) });
    },
  } satisfies Partial<RouteHandlers>;
}
