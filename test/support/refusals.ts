import { COMMON_REFUSALS, type ErrorCode } from '../../protocol/errors.ts';
import { requests, type RequestName } from '../../protocol/requests.ts';
import { routes, type RouteName } from '../../protocol/rest.ts';

/** Every code that a Socket.IO request may be refused with. */
export function refusalsOfRequest(name: RequestName): ErrorCode[] {
  return [...new Set<ErrorCode>([...requests[name].refusals, ...COMMON_REFUSALS])];
}

/** Every code that a route may be refused with, those for its token included. */
export function refusalsOfRoute(name: RouteName): ErrorCode[] {
  const { auth, refusals } = routes[name];
  return [
    ...new Set<ErrorCode>([
      ...refusals,
      ...(auth === 'none' ? [] : (['UNAUTHENTICATED'] as const)),
      ...(['account', 'operator', 'listener'].includes(auth) ? (['FORBIDDEN'] as const) : []),
      ...COMMON_REFUSALS,
    ]),
  ];
}
