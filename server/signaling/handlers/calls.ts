import type { CallHistory } from '../../calls/CallHistory.ts';
import type { AccountPrincipal, CallCaller, CallService } from '../../calls/CallService.ts';
import { AppError } from '../../core/AppError.ts';
import type { Deliveries } from '../../core/Deliveries.ts';
import type { UserCaller, UserHandlers } from './UserHandlers.ts';

interface CallHandlerDeps {
  deliveries: Deliveries;
  calls: CallService;
  history: Pick<CallHistory, 'addMinute' | 'countMissed'>;
}

export function callHandlers({ deliveries, calls, history }: CallHandlerDeps) {
  return {
    'user:join'({ connectionId, principal }, { userId }) {
      if (principal.kind !== 'account' || userId !== principal.userId) {
        throw new AppError('FORBIDDEN');
      }
      const joined = { userId, socketId: connectionId };
      deliveries.toConnection(connectionId, 'user:joined', joined);
      return joined;
    },

    'call:initiate': (caller, { to, callType, deviceId = null }) =>
      calls.initiate(accountOf(caller), to, callType, deviceId),

    async 'call:accept'(caller, { callId, from, deviceId = null }) {
      const callee = accountOf(caller);
      if (from !== undefined) await calls.assertFrom(callee, callId, from);
      await calls.accept(callee, callId, deviceId);
      return { callId };
    },

    async 'call:reject'(caller, { callId, from, message = null }) {
      const callee = accountOf(caller);
      if (from !== undefined) await calls.assertFrom(callee, callId, from);
      await calls.reject(callee, callId, message);
      return { callId };
    },

    async 'call:end'(caller, { callId }) {
      await calls.end(accountOf(caller), callId);
      return { callId };
    },

    async 'call:offer'(caller, { offer, callType, ...addressed }) {
      const { callId } = addressed;
      const target = await calls.relay(accountOf(caller), addressed);
      deliveries.toConnection(target.connectionId, 'call:offer', {
        ...{ callId, from: caller.principal.userId, offer },
        callType: callType ?? target.callType,
      });
      return { callId };
    },

    async 'call:answer'(caller, { answer, ...addressed }) {
      const { callId } = addressed;
      const { connectionId } = await calls.relay(accountOf(caller), addressed);
      const from = caller.principal.userId;
      deliveries.toConnection(connectionId, 'call:answer', { callId, from, answer });
      return { callId };
    },

    async 'ice:candidate'(caller, { candidate, ...addressed }) {
      const { callId } = addressed;
      const { connectionId } = await calls.relay(accountOf(caller), addressed);
      const from = caller.principal.userId;
      deliveries.toConnection(connectionId, 'ice:candidate', { callId, from, candidate });
      return { callId };
    },

    async 'call:connected'(caller, { callId, path }) {
      await calls.connected(accountOf(caller), callId, path);
      return { callId };
    },

    'call:resume': (caller, { callId, deviceId }) =>
      calls.resume(accountOf(caller), callId, deviceId),

    'call:upgrade': (caller, { callId, invite = [] }) =>
      calls.upgrade(accountOf(caller), callId, invite),

    async 'call:sync'(caller) {
      const person = accountOf(caller);
      const [call, missed] = await Promise.all([
        calls.sync(person),
        history.countMissed(person.principal.userId),
      ]);
      return { call, missed };
    },

    async 'call:quality'(caller, input) {
      await history.addMinute(accountOf(caller).principal.userId, input.in, input.minute);
      return {};
    },
  } satisfies Partial<UserHandlers>;
}

/** The same caller, once it is known to have an account. @throws AppError FORBIDDEN */
function accountOf(caller: UserCaller): CallCaller {
  const { principal, connectionId } = caller;
  if (principal.kind !== 'account') {
    throw new AppError('FORBIDDEN', { message: 'Calls are for people with an account.' });
  }
  const account: AccountPrincipal = principal;
  return {
    principal: account,
    connectionId,
    get isConnected() {
      return caller.isConnected;
    },
  };
}
