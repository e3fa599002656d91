import { detectDevice, Device, type types } from 'mediasoup-client';
import { Chrome111 } from 'mediasoup-client/handlers/Chrome111';
import { Chrome74 } from 'mediasoup-client/handlers/Chrome74';
import { Firefox120 } from 'mediasoup-client/handlers/Firefox120';
import { Safari12 } from 'mediasoup-client/handlers/Safari12';
import { RequestError } from '../api/RequestError.ts';

type Direction = 'sendonly' | 'recvonly';
type Capabilities = Promise<types.RtpCapabilities>;

const HANDLERS = { Chrome111, Chrome74, Firefox120, Safari12 };

let handlerFactory: types.HandlerFactory | null = null;

/** What the library would choose, or nearest to it, asking the browser only once what it can send and receive. */
function createHandlerFactory(): types.HandlerFactory {
  if (typeof RTCPeerConnection === 'undefined') {
    throw new RequestError({ code: 'BROWSER_UNSUPPORTED' });
  }
  const name = detectDevice();
  // A browser that the library does not know by its name has Chromium inside, as most of them.
  const handler = name === undefined || name === 'ReactNative106' ? Chrome111 : HANDLERS[name];
  const factory = handler.createFactory({});
  const known = new Map<Direction, Capabilities>();
  return {
    ...factory,
    getNativeRtpCapabilities({ direction }) {
      const before = known.get(direction);
      if (before) return before;
      const asked = factory.getNativeRtpCapabilities({ direction });
      known.set(direction, asked);
      // What failed once may succeed the next time.
      asked.catch(() => known.delete(direction));
      return asked;
    },
  };
}

function sharedHandlerFactory(): types.HandlerFactory {
  return (handlerFactory ??= createHandlerFactory());
}

/**
 * Has the browser answer, some 40 ms on a small machine, before somebody waits for it.
 * @throws RequestError BROWSER_UNSUPPORTED where there is no WebRTC as mediasoup needs it
 */
export async function prepareDevice(): Promise<void> {
  const factory = sharedHandlerFactory();
  await factory.getNativeRtpCapabilities({ direction: 'recvonly' });
  await factory.getNativeRtpCapabilities({ direction: 'sendonly' });
}

/** @throws RequestError BROWSER_UNSUPPORTED */
export function createDevice(): types.Device {
  return new Device({ handlerFactory: sharedHandlerFactory() });
}
