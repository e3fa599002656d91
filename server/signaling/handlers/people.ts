import { AppError } from '../../core/AppError.ts';
import type { Presence } from '../../people/presence/Presence.ts';
import type { UserHandlers } from './UserHandlers.ts';

export function peopleHandlers(
  presence: Pick<Presence, 'arrived' | 'choose' | 'setIdle' | 'ownStatus'>,
) {
  return {
    async 'update-chat-status'({ connectionId, principal }, { status, idle }) {
      if (principal.kind !== 'account') throw new AppError('FORBIDDEN');
      const { userId } = principal;
      await presence.arrived(userId);
      if (status !== undefined) await presence.choose(userId, status);
      if (idle !== undefined) presence.setIdle({ userId, connectionId }, idle);
      return presence.ownStatus(userId);
    },
  } satisfies Partial<UserHandlers>;
}
