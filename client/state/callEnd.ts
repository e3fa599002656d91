import type { EndReason } from '../../protocol/calls.ts';
import type { CallEnd } from './callsModels.ts';

/** How a call that the server has ended is told to the one who did not end it here. */
export function endOf(reason: EndReason | 'declined' | 'busy' | 'offline'): CallEnd {
  switch (reason) {
    case 'hung-up':
      return 'they-hung-up';
    case 'cancelled':
    case 'declined':
    case 'busy':
    case 'offline':
    case 'timeout':
    case 'lost':
    case 'failed':
      return reason;
    case 'elsewhere':
    case 'moved':
      return 'hung-up';
  }
}
