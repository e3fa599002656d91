import { AppError } from '../../core/AppError.ts';
import type { Deliveries } from '../../core/Deliveries.ts';
import type { UserHandlers } from './UserHandlers.ts';

export function callHandlers(deliveries: Deliveries) {
  return {
    'user:join'({ connectionId, principal }, { userId }) {
      if (principal.kind !== 'account' || userId !== principal.userId) {
        throw new AppError('FORBIDDEN');
      }
      const joined = { userId, socketId: connectionId };
      deliveries.toConnection(connectionId, 'user:joined', joined);
      return joined;
    },
  } satisfies Partial<UserHandlers>;
}
